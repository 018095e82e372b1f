import { serveStdio } from "../src/app/mcp.ts";

// `aquatint mcp` from the sources: its configuration is JSON in the first argument.
await serveStdio(
  { ...JSON.parse(process.argv[2] ?? "{}"), workerExecArgv: process.execArgv },
  new AbortController().signal,
);
process.exit(0);

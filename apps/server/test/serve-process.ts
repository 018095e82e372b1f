import { startServer } from "../src/app/server.ts";

// A server in a process of its own, which a test can kill: its configuration is JSON in the first argument.
const server = await startServer({ ...JSON.parse(process.argv[2] ?? "{}"), workerExecArgv: process.execArgv });
process.stdout.write(`${JSON.stringify({ url: server.url, worker: server.workerPid })}\n`);
process.on("SIGTERM", async () => {
  await server[Symbol.asyncDispose]();
  process.exit(0);
});

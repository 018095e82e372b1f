import { once } from "node:events";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { errorText } from "../jobs/errors.ts";
import { mcpServer } from "../surfaces/mcp/server.ts";
import { type ServerConfig, serverDefaults } from "./config.ts";
import { openService } from "./service.ts";

/** The owner of the jobs of a caller on stdin. */
const OWNER = "local";

/** Answers the Model Context Protocol on stdin and stdout with a service of its own, until stdin or `signal` ends. */
export async function serveStdio(options: Partial<ServerConfig>, signal: AbortSignal): Promise<void> {
  const leaving = new AbortController();
  const ending = AbortSignal.any([signal, leaving.signal]);
  const stdinEnd = once(process.stdin, "end", { signal }).catch(() => {});
  await using service = await openService({ ...serverDefaults, ...options });
  service.startWorker();
  const { tools, log } = service;
  const onError = (error: unknown) => log.error({ error: errorText(error) }, "tool failed");
  const server = mcpServer({ owner: OWNER, tools, signal: ending, onError });
  await server.connect(new StdioServerTransport());
  log.info({}, "the tools are ready on stdin and stdout");
  await stdinEnd;
  leaving.abort();
  await server.close();
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tinyPixelModel, writeFiles } from "../../../packages/aquatint/test/tiny-pixel-model.ts";
import type { ServerConfig } from "../src/app/config.ts";
import { type RunningServer, startServer } from "../src/app/server.ts";
import { bundleScripts } from "./bundles.ts";
import { writeEmptyDatabase } from "./database.ts";

await bundleScripts();
/** Node's arguments with which scripts of the server start. */
export const workerExecArgv = ["--import", fileURLToPath(new URL("./start.mjs", import.meta.url))];

/** A server on a folder of its own with a tiny model; the folder goes with it. */
export interface TestServer extends AsyncDisposable {
  readonly server: RunningServer;
  readonly folder: string;
  /** Calls a route; JSON is sent where there is a body. */
  call(path: string, init?: RequestInit & { readonly json?: unknown }): Promise<Response>;
}

/** Starts one on a free port; `prepare` may add files to its folder. */
export async function testServer(
  options: Partial<ServerConfig> = {},
  prepare: (folder: string) => Promise<Partial<ServerConfig>> = async () => ({}),
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-server-"));
  await writeFiles(join(folder, "tiny"), tinyPixelModel());
  const data = join(folder, "data");
  await writeEmptyDatabase(data);
  const server = await startServer({
    ...{ port: 0, data, models: [join(folder, "tiny")], logLevel: "silent", workerExecArgv },
    engine: { keepAlive: 60, cache: false },
    ...options,
    ...(await prepare(folder)),
  });
  return {
    server,
    folder,
    call(path, { json, ...init } = {}) {
      const body = json === undefined ? {} : { method: "POST", body: JSON.stringify(json) };
      const headers = { ...(json !== undefined && { "content-type": "application/json" }), ...init.headers };
      return fetch(new URL(path, server.url), { ...body, ...init, headers });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The events of a stream, by name. */
export async function* serverEvents(
  response: Response,
): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  let text = "";
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : [])).join("\n");
      if (field("data")) yield { event: field("event") || "message", data: field("data") };
    }
  }
}

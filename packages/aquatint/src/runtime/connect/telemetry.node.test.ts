import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const runtime = new URL("../runtime.node.ts", import.meta.url).href;
const tsx = pathToFileURL(join(import.meta.dirname, "../../../../../node_modules/tsx/dist/esm/index.mjs")).href;
const start = `const { nodeRuntime } = await import(${JSON.stringify(runtime)}); await nodeRuntime();`;
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aquatint-home-"));
});
afterEach(() => rm(home, { recursive: true }));

/** Runs a process that opens the engine and returns its stderr; its home folder is empty at first. */
async function opened(script: string): Promise<string> {
  const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, ...inherited } = process.env;
  const env = { ...inherited, HOME: home };
  const child = spawn(process.execPath, ["--import", tsx, "--input-type=module", "-e", script], { env, stdio: "pipe" });
  let stderr = "";
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const [code] = await once(child, "close");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stderr;
}

test("the engine's telemetry is off before it is loaded", async () => {
  await opened(start);
  expect((await readdir(home, { recursive: true })).filter((path) => /onnxruntime/i.test(path))).toEqual([]);
});

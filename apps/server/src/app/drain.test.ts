import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyPixelModel, writeFiles } from "../../../../packages/aquatint/test/tiny-pixel-model.ts";
import { workerExecArgv } from "../../test/test-server.ts";

const script = fileURLToPath(new URL("../../test/serve-process.ts", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-drain-"));
  await writeFiles(join(folder, "tiny"), tinyPixelModel());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(drainSeconds: number) {
  const config = {
    ...{ port: 0, data: join(folder, "data"), models: [join(folder, "tiny")], logLevel: "error", drainSeconds },
    engine: { keepAlive: 60, cache: false },
  };
  const child: ChildProcess = spawn(process.execPath, [...workerExecArgv, script, JSON.stringify(config)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = child.stdout ? await once(child.stdout, "data") : [];
  const { url } = JSON.parse(String(line)) as { readonly url: string };
  const post = (path: string, body: object) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return { child, url, post };
}
const json = async (url: string) => (await fetch(url)).json();

test("a server that is ended answers who waits for the job under way", async () => {
  const { child, url, post } = await start(60);
  const drawing = post("/sdapi/v1/txt2img", { prompt: "a cat", steps: 900, width: 8, height: 8 });
  const step = async () => (await json(`${url}/sdapi/v1/progress`)).state.sampling_step;
  await expect.poll(step).toBeGreaterThan(0);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const response = await drawing;
  expect(response.status).toBe(200);
  expect((await response.json()).images).toHaveLength(1);
  expect(await ended).toEqual([0, null]);
});

test("a job that does not end in time waits for the next server, without an attempt", async () => {
  const first = await start(1);
  const body = { kind: "text-to-image", prompt: "a cat", steps: 1000, count: 100, width: 64, height: 64 };
  const { id } = await (await first.post("/v1/jobs", body)).json();
  const job = (url: string) => json(`${url}/v1/jobs/${id}`);
  const stepOf = async () => (await job(first.url)).progress?.step;
  await expect.poll(stepOf).toBeGreaterThan(0);
  const ended = once(first.child, "exit");
  first.child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  const second = await start(1);
  const stateOf = async () => (await job(second.url)).state;
  await expect.poll(stateOf).toBe("running");
  expect(await job(second.url)).toMatchObject({ attempts: 1, error: null });
  await second.post(`/v1/jobs/${id}/cancel`, {});
  await expect.poll(stateOf).toBe("canceled");
  const secondEnd = once(second.child, "exit");
  second.child.kill("SIGTERM");
  expect(await secondEnd).toEqual([0, null]);
});

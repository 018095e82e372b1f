import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyPixelModel, writeFiles } from "../../../../packages/aquatint/test/tiny-pixel-model.ts";
import { workerExecArgv } from "../../test/test-server.ts";

const script = fileURLToPath(new URL("../../test/serve-process.ts", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-crash-"));
  await writeFiles(join(folder, "tiny"), tinyPixelModel());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly worker: number;
}

async function start(): Promise<Started> {
  const config = {
    ...{ port: 0, data: join(folder, "data"), models: [join(folder, "tiny")], logLevel: "error", leaseSeconds: 4 },
    ...{ engine: { keepAlive: 60, cache: false }, drainSeconds: 30 },
  };
  const child = spawn(process.execPath, [...workerExecArgv, script, JSON.stringify(config)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return { child, ...JSON.parse(String(line)) };
}

interface JobJson {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly files: readonly { readonly url: string }[];
}

async function jobsOf(url: string): Promise<readonly JobJson[]> {
  const { jobs } = await (await fetch(`${url}/v1/jobs?limit=1000`)).json();
  return jobs;
}

/** Waits until `count` jobs are done, and returns all. */
async function finished(url: string, count: number): Promise<readonly JobJson[]> {
  for (;;) {
    const jobs = await jobsOf(url);
    if (jobs.filter(({ state }) => state === "done").length >= count) return jobs;
    await setTimeout(100);
  }
}

test("50 jobs are done once each, though the worker and the server are killed in the middle of them", async () => {
  let server = await start();
  const submit = async (i: number) => {
    const body = JSON.stringify({ kind: "text-to-image", prompt: `a cat ${i}`, steps: 60, seed: i });
    const headers = { "content-type": "application/json", "idempotency-key": `job ${i}` };
    return (await fetch(`${server.url}/v1/jobs`, { method: "POST", body, headers })).status;
  };
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, i) => submit(i)));
  expect(statuses).toEqual(Array(50).fill(202));

  await finished(server.url, 5);
  process.kill(server.worker, "SIGKILL");
  await finished(server.url, 15);
  server.child.kill("SIGKILL");
  await once(server.child, "exit");
  server = await start();
  expect(await submit(0)).toBe(202);
  await finished(server.url, 25);
  server.child.kill("SIGTERM");
  await once(server.child, "exit");
  server = await start();

  const jobs = await finished(server.url, 50);
  expect(jobs).toHaveLength(50);
  expect(jobs.filter(({ state, files }) => state !== "done" || files.length !== 1)).toEqual([]);
  expect(Math.max(...jobs.map(({ attempts }) => attempts))).toBe(2);
  for (const { files } of jobs) expect((await fetch(new URL(files[0]?.url ?? "", server.url))).status).toBe(200);
  expect(await readdir(join(folder, "data", "files"))).toHaveLength(50);
  server.child.kill("SIGTERM");
  expect(await once(server.child, "exit")).toEqual([0, null]);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { postgresCluster, postgresPrograms } from "../../test/postgres-cluster.ts";
import { testServer, workerExecArgv } from "../../test/test-server.ts";

const script = fileURLToPath(new URL("../../test/worker-process.ts", import.meta.url));

interface JobJson {
  readonly state: string;
  readonly files: readonly unknown[];
}

test.skipIf(postgresPrograms === undefined)(
  "on PostgreSQL, 50 jobs are done once each by two workers, though one of them and the database are killed",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "aquatint-postgres-"));
    await using cluster = await postgresCluster(folder);
    await using server = await testServer({ databaseUrl: cluster.url, worker: false, leaseSeconds: 4 });
    const args = [
      "--model",
      join(server.folder, "tiny"),
      "--data",
      join(server.folder, "data"),
      "--no-cache",
      "--log-level",
      "silent",
    ];
    const workers = [1, 2].map(() =>
      spawn(process.execPath, [...workerExecArgv, script, ...args], {
        env: { ...process.env, DATABASE_URL: cluster.url },
        stdio: "ignore",
      }),
    );
    const submit = (i: number) =>
      server.call("/v1/jobs", { json: { kind: "text-to-image", prompt: `a cat ${i}`, steps: 40 } });
    const submitted = await Promise.all(Array.from({ length: 50 }, (_, i) => submit(i)));
    expect(submitted.map(({ status }) => status)).toEqual(Array(50).fill(202));
    const finished = async (count: number): Promise<readonly JobJson[]> => {
      for (;;) {
        const response = await server.call("/v1/jobs?limit=1000");
        const { jobs = [] }: { readonly jobs?: readonly JobJson[] } = await response.json();
        if (jobs.filter(({ state }) => state === "done").length >= count) return jobs;
        await setTimeout(100);
      }
    };
    await finished(5);
    await cluster.kill();
    expect((await server.call("/readyz")).status).toBe(503);
    await cluster.start();
    await finished(15);
    workers[0]?.kill("SIGKILL");
    const jobs = await finished(50);
    expect(jobs).toHaveLength(50);
    expect(jobs.filter(({ state, files }) => state !== "done" || files.length !== 1)).toEqual([]);
    workers[1]?.kill("SIGTERM");
    expect(await once(workers[1] ?? process, "exit")).toEqual([0, null]);
    await rm(folder, { recursive: true, force: true });
  },
);

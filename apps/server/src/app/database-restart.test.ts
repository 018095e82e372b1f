import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { testServer } from "../../test/test-server.ts";
import { threads } from "../../test/threads.ts";
import { openPglite } from "../queue/pglite.ts";

vi.mock("node:worker_threads", async (importOriginal) =>
  (await import("../../test/threads.ts")).observedThreads(importOriginal),
);

interface JobJson {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly files: readonly unknown[];
}

test("a database whose thread ends fails what is under way and goes on with what was committed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-restart-"));
  const lost: string[] = [];
  await using database = await openPglite(folder, { onLost: ({ message }) => lost.push(message) });
  await database.query("CREATE TABLE numbers (n int)");
  const [payloads, gaps] = [[] as string[], [] as string[]];
  await database.listen("news", { onNotice: (text) => payloads.push(text), onGap: () => gaps.push("gap") });
  await database.query("INSERT INTO numbers VALUES (1)");
  let isOpen = false;
  const transaction = database.transaction(async (sql) => {
    await sql.query("INSERT INTO numbers VALUES (2)");
    isOpen = true;
    await sql.query("SELECT count(*) FROM generate_series(1, 100000000)");
  });
  await expect.poll(() => isOpen).toBe(true);
  const refused = expect(transaction).rejects.toMatchObject({ code: "server/database" });
  await threads.at(-1)?.terminate();
  await refused;
  await expect(database.query("SELECT 1")).rejects.toMatchObject({ code: "server/database" });
  const numbers = () => database.query("SELECT n FROM numbers").catch(() => undefined);
  await expect.poll(numbers).toEqual([{ n: 1 }]);
  await database.query("SELECT pg_notify('news', 'again')");
  expect({ payloads, gaps, lost }).toEqual({ payloads: ["again"], gaps: ["gap"], lost: [expect.any(String)] });
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("jobs wait for the database, and each is done once", async () => {
  const started = threads.length;
  await using server = await testServer({ leaseSeconds: 4 });
  const body = (i: number) => ({ kind: "text-to-image", prompt: `a cat ${i}`, steps: 60 });
  for (let i = 0; i < 8; i++) expect((await server.call("/v1/jobs", { json: body(i) })).status).toBe(202);
  const drawing = server.call("/sdapi/v1/txt2img", { json: { prompt: "a cat", steps: 2, width: 8, height: 8 } });
  const jobs = async (): Promise<readonly JobJson[]> => {
    const response = await server.call("/v1/jobs");
    if (response.ok) return (await response.json()).jobs;
    expect(await response.json()).toMatchObject({ status: 503, code: "server/database" });
    return [];
  };
  const finished = async (count: number): Promise<readonly JobJson[]> => {
    for (;;) {
      const all = await jobs();
      if (all.filter(({ state }) => state === "done").length >= count) return all;
      await setTimeout(50);
    }
  };
  await finished(2);
  await threads[started]?.terminate();
  const all = await finished(9);
  expect(all).toHaveLength(9);
  expect(all.filter(({ files }) => files.length !== 1)).toEqual([]);
  expect((await drawing).status).toBe(200);
  for (const { id } of all) // from memory, which read again what it may have missed
    expect(await (await server.call(`/v1/jobs/${id}`)).json()).toMatchObject({ id, state: "done" });
});

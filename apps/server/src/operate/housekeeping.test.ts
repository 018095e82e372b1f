import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markFile } from "../queue/favorites.ts";
import { openQueue } from "../queue/open.ts";
import { openPglite } from "../queue/pglite.ts";
import { submitJob } from "../queue/submit.ts";
import { folderStore } from "../storage/folder.ts";
import { forgetOldJobs, reuseSpace } from "./housekeeping.ts";

test("jobs that ended long ago are forgotten with their files, and none with a favorite or others", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-expiry-"));
  await using queue = await openQueue({ data: join(folder, "data") }, (error) => {
    throw error;
  });
  const store = await folderStore(join(folder, "files"));
  const limits = { maxQueued: 50, maxQueuedPerUser: 50 };
  const added = async (): Promise<string> => {
    const id = randomUUID();
    const names = { owner: "a", surface: "jobs", kind: "text-to-image", model: "tiny", requestHash: "" };
    await submitJob({ ...queue, limits }, { id, ...names, request: {}, limited: false, units: 1 });
    await store.put(`${id}/0-0.png`, new Uint8Array([1]), "image/png");
    return id;
  };
  const [old, recent, waiting, marked] = [await added(), await added(), await added(), await added()];
  const end = (id: string, hours: number) =>
    queue.database.query(
      "UPDATE aquatint.jobs SET state = 'done', finished_at = now() - $2 * interval '1 hour' WHERE id = $1",
      [id, hours],
    );
  await end(old, 25);
  await end(recent, 23);
  await end(marked, 25);
  await markFile(queue.database, { owner: "a", id: marked, index: 0, favorite: true });
  await forgetOldJobs({ ...queue, store, keepHours: 24 });
  const rows = await queue.database.query<{ readonly id: string }>("SELECT id FROM aquatint.jobs");
  expect(rows.map(({ id }) => id).toSorted()).toEqual([recent, waiting, marked].toSorted());
  expect((await readdir(join(folder, "files"))).toSorted()).toEqual([recent, waiting, marked].toSorted());
  await markFile(queue.database, { owner: "a", id: marked, index: 0, favorite: false });
  await forgetOldJobs({ ...queue, store, keepHours: 24 });
  expect((await readdir(join(folder, "files"))).toSorted()).toEqual([recent, waiting].toSorted());
  await queue[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("the embedded database uses the room of removed rows again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-room-"));
  await using database = await openPglite(folder);
  const size = async () =>
    (await database.query<{ readonly size: number }>("SELECT pg_total_relation_size('notes')::float8 AS size"))[0]
      ?.size;
  const round = async () => {
    await database.query("INSERT INTO notes SELECT i, repeat('x', 100) FROM generate_series(1, 2000) AS i");
    await database.query("DELETE FROM notes");
    await reuseSpace(database);
  };
  await database.query("CREATE TABLE notes (n int PRIMARY KEY, text text)");
  await round();
  await round();
  const before = await size();
  for (let i = 0; i < 4; i++) await round();
  expect(await size()).toBe(before);
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeEmptyDatabase } from "../../test/database.ts";
import { migrate } from "./migrations.ts";
import { openPglite } from "./pglite.ts";

interface Column {
  readonly column_name: string;
}

test("the tables of an older server are brought up to date with what they hold, and those of now stay", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-migrations-"));
  await writeEmptyDatabase(folder);
  await using database = await openPglite(folder);
  await migrate(database);
  const columns = async () =>
    (
      await database.query<Column>("SELECT column_name FROM information_schema.columns WHERE table_name = 'workers'")
    ).map(({ column_name }) => column_name);
  const current = await columns();
  await database.query(`ALTER TABLE aquatint.workers DROP COLUMN memory, DROP COLUMN peak_memory;
    ALTER TABLE aquatint.jobs DROP COLUMN favorites;
    DELETE FROM aquatint.version WHERE number > 1;
    INSERT INTO aquatint.workers (id, models, seen_at) VALUES ('old', '[]', now());
    INSERT INTO aquatint.options VALUES ('ann', '{"samples_format": "webp"}')`);
  expect(await columns()).not.toEqual(current);
  await migrate(database);
  expect(await columns()).toEqual(current);
  await migrate(database);
  expect(await database.query("SELECT id FROM aquatint.workers")).toEqual([{ id: "old" }]);
  expect(await database.query("SELECT options FROM aquatint.options")).toEqual([
    { options: { samples_format: "webp" } },
  ]);
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

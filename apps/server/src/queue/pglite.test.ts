import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import { openPglite } from "./pglite.ts";

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-pglite-"));
  database = await openPglite(folder);
  await database.query("CREATE TABLE numbers (n int PRIMARY KEY); CREATE TABLE files (bytes bytea)");
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
const numbers = async () =>
  (await database.query<{ readonly n: number }>("SELECT n FROM numbers ORDER BY n")).map(({ n }) => n);

test("a transaction that throws keeps nothing, and others wait for its end", async () => {
  const failed = database.transaction(async (sql) => {
    await sql.query("INSERT INTO numbers VALUES ($1)", [1]);
    await setImmediate();
    throw new Error("no");
  });
  const second = database.transaction((sql) =>
    sql.query("INSERT INTO numbers VALUES (2); INSERT INTO numbers VALUES (3)"),
  );
  await expect(failed).rejects.toThrow("no");
  await second;
  expect(await numbers()).toEqual([2, 3]);
});

test("an error has PostgreSQL's code, and the database goes on", async () => {
  await expect(database.query("INSERT INTO numbers VALUES ($1)", [2])).rejects.toMatchObject({ code: "23505" });
  const inTransaction = database.transaction(async (sql) => {
    await sql.query("INSERT INTO numbers VALUES ($1)", [4]);
    await sql.query("SELECT * FROM nothing");
  });
  await expect(inTransaction).rejects.toMatchObject({ code: "42P01" });
  expect(await numbers()).toEqual([2, 3]);
});

test("bytes and dates come back as they went, and a notice is told before its statement ends", async () => {
  const payloads: string[] = [];
  await database.listen("news", { onNotice: (payload) => payloads.push(payload) });
  const [row] = await database.query("SELECT $1::bytea AS bytes, $2::timestamptz AS date, pg_notify('news', 'x')", [
    Buffer.from([1, 0, 255]),
    new Date(5),
  ]);
  expect(row).toMatchObject({ bytes: new Uint8Array([1, 0, 255]), date: new Date(5) });
  expect(payloads).toEqual(["x"]);
});

test("this thread goes on while the database computes", async () => {
  let answered = false;
  const query = database.query("SELECT count(*) FROM generate_series(1, 2000000)").then(() => {
    answered = true;
  });
  for (let i = 0; i < 3; i++) await setImmediate();
  expect(answered).toBe(false);
  await query;
});

test("a folder is one database's at a time", async () => {
  await database[Symbol.asyncDispose]();
  database = await openPglite(folder);
  expect(await numbers()).toEqual([2, 3]);
});

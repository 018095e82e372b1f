import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { packedFolder } from "../../runtime/packed/folder.node.ts";
import { packedStore } from "../../runtime/packed/store.node.ts";
import { main } from "../main.ts";

let env: { readonly XDG_CACHE_HOME: string };
beforeAll(async () => {
  env = { XDG_CACHE_HOME: await mkdtemp(join(tmpdir(), "aquatint-cache-")) };
});
afterAll(() => rm(env.XDG_CACHE_HOME, { recursive: true }));

async function run(...args: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd: env.XDG_CACHE_HOME, env });
  return { code: await main(["cache", ...args], io), out: out(), err: err() };
}

test("lists the packed weights, clears them, and refuses other words", async () => {
  const key = "a".repeat(32);
  const store = packedStore(packedFolder({ env }));
  const draft = await store.draft(key);
  await writeFile(join(draft, "model.onnx"), "m");
  await writeFile(join(draft, "weights.bin"), Buffer.alloc(20e6));
  await store.commit(key, draft);
  const listed = await run();
  expect(listed.code).toBe(0);
  expect(listed.out).toMatch(
    new RegExp(`^entry .*\\n${key} +0.02 GB +\\d{4}-.*\\n0.02 GB of at most \\d+\\.\\d\\d GB in ${store.folder}\\n$`),
  );
  expect(JSON.parse((await run("list", "--json")).out)).toMatchObject({ folder: store.folder, entries: [{ key }] });
  expect(await run("claer")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("list, clear or limit") });
  expect(await run("clear")).toEqual({ code: 0, out: `0.02 GB cleared in ${store.folder}\n`, err: "" });
  expect(await readdir(store.folder)).toEqual([]);
  expect((await run()).out).toContain("0.00 GB of at most");
});

test("lists nothing where nothing was ever kept", async () => {
  const { io, out } = capturedIo({
    cwd: env.XDG_CACHE_HOME,
    env: { XDG_CACHE_HOME: join(env.XDG_CACHE_HOME, "no/folder") },
  });
  expect(await main(["cache"], io)).toBe(0);
  expect(out()).toContain("0.00 GB of at most");
});

test("limits the packed weights, for later processes too", async () => {
  expect((await run("limit", "20")).out).toContain("at most 20.00 GB in ");
  expect((await run("clear")).code).toBe(0);
  expect(JSON.parse((await run("limit", "--json")).out)).toMatchObject({ limit: 20e9 });
  expect(await run("limit", "many")).toMatchObject({ code: 1, err: expect.stringContaining("a number of 0 or more") });
  expect(await run("clear", "20")).toMatchObject({ code: 1, err: expect.stringContaining("nothing more") });
  expect((await run("limit", "default")).out).not.toContain("20.00 GB");
});

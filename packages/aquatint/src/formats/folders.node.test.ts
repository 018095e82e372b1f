import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameProblem } from "./file-names.ts";
import { writeFileAndFolder, writeNewFile } from "./files.node.ts";
import { makeFolder, tryWriting } from "./folders.node.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-folders-"));
});
afterAll(() => rm(root, { recursive: true }));

test("a folder is made with those above it, by any number of callers at once; the highest new one is returned", async () => {
  const path = join(root, "a/b/c");
  const folders = await Promise.all([makeFolder(path), makeFolder(path), makeFolder(path)]);
  expect((await stat(path)).isDirectory()).toBe(true);
  expect(folders).toContain(join(root, "a"));
  expect(await makeFolder(path)).toBeUndefined();
  expect(await makeFolder(join(root, "a/d"))).toBe(join(root, "a/d"));
});

test("a file in the way is an error", async () => {
  await writeFile(join(root, "file"), "");
  await expect(makeFolder(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(root, "file/x/y"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(existsSync("/proc/self"))("a file system without a place for folders is an error, not a wait", async () => {
  await expect(makeFolder("/proc/aquatint/run")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(tryWriting("/proc")).rejects.toMatchObject({ code: expect.stringMatching(/ENOENT|EACCES/) });
});

test("the trial leaves nothing", async () => {
  const folder = join(root, "trial");
  await makeFolder(folder);
  await tryWriting(folder);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["line\nend.png", "control"],
  ["bell\u0007.png", "control"],
  ["nul\0.png", "control"],
  ["CON", "device"],
  ["aux.png", "device"],
  ["Nul .tar.gz", "device"],
  ["com1.txt", "device"],
  ["LPT³", "device"],
  ["step:1.png", ":"],
  ["what?.png", "?"],
  ["name.", "dot"],
  ["name.png ", "space"],
])("%j is refused on Windows", (name, problem) => {
  expect(nameProblem(name, "win32")).toContain(problem);
  const everywhere = problem === "control";
  expect(nameProblem(name, "linux") !== undefined).toBe(everywhere);
});

test.each(["console.png", "nullable", "com.png", "com10.txt", ".hidden", "..", ".", "a b.png", "ümlaut.png", "a..png"])(
  "%j is a name everywhere",
  (name) => {
    for (const platform of ["win32", "linux", "darwin"] as const) expect(nameProblem(name, platform)).toBeUndefined();
  },
);

test("a name of 255 bytes is the longest", () => {
  expect(nameProblem("é".repeat(127), "linux")).toBeUndefined();
  expect(nameProblem("é".repeat(128), "linux")).toContain("too long");
});

test("files and folders with such names are refused, and nothing is left", async () => {
  const folder = join(root, "names");
  await makeFolder(folder);
  const refusal = { code: "file/name", message: expect.stringContaining("control character") };
  await expect(writeFileAndFolder(join(folder, "a\n.png"), "x")).rejects.toMatchObject(refusal);
  await expect(writeFileAndFolder(join(folder, "b\n/a.png"), "x")).rejects.toMatchObject(refusal);
  await expect(writeNewFile(folder, "c\n.png", "x")).rejects.toMatchObject(refusal);
  expect(await readdir(folder)).toEqual([]);
});

import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkFolder, openFile, openOutputs } from "./outputs.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-outputs-"));
});
afterAll(() => rm(cwd, { recursive: true }));

const open = (out: string) => openOutputs({ out, count: 1, prompt: "a cat" }, cwd);

test("a file in folders that are absent is accepted, and nothing is made before there is anything to write", async () => {
  await open("a/b/c.png");
  await openFile({ flag: "--out", extension: ".html", path: "d/e.html" }, cwd);
  await checkFolder(join(cwd, "pool/of/latents"), "");
  expect(await readdir(cwd)).toEqual([]);
});

test.runIf(existsSync("/proc/self"))("a place that takes no files is refused before the work", async () => {
  const refusal = { code: "cli/output", message: expect.stringMatching(/^cannot write into \/proc: /) };
  await expect(open("/proc/a/cat.png")).rejects.toMatchObject(refusal);
  await expect(checkFolder("/proc/pool", "")).rejects.toMatchObject(refusal);
});

test.each(["bell\u0007.png", "line\nend/cat.png"])("the name %j is refused before the work", async (out) => {
  await expect(open(out)).rejects.toMatchObject({ code: "file/name" });
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePng } from "../../formats/png/png.ts";
import { main } from "../main.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-data-"));
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(...argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(["data", ...argv], { stdout, stderr, cwd, env: {}, signal: new AbortController().signal });
  const text = (stream: PassThrough) => String(stream.read() ?? "");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

test("a sheet of a data set is an image with room for every sample", async () => {
  await writeFile(join(cwd, "digits.json"), JSON.stringify({ dataset: { name: "digits", digits: [3] } }));
  const { code, stdout } = await run("digits.json", "--out", "threes.png", "--count", "5", "--columns", "3");
  expect([code, stdout]).toEqual([0, "threes.png\n"]);
  const { width, height } = decodePng(await readFile(join(cwd, "threes.png")), { name: "threes.png" });
  expect(width).toBe(3 * (128 + 8) + 8);
  expect(height).toBe(2 * (128 + 8 + 48) + 8);
});

test("what cannot be is told before anything is drawn", async () => {
  await writeFile(join(cwd, "wrong.json"), JSON.stringify({ name: "digitz" }));
  expect(await run("wrong.json")).toMatchObject({ code: 1, stderr: expect.stringContaining("expected one of") });
  await writeFile(join(cwd, "torn.json"), "{");
  expect(await run("torn.json")).toMatchObject({ code: 1, stderr: expect.stringContaining("is not JSON") });
  expect(await run("gone.json")).toMatchObject({ code: 1, stderr: expect.stringContaining("gone.json") });
  expect(await run("digits.json", "--split", "test")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("train, held-out"),
  });
});

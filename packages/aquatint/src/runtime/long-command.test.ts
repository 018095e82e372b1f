import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundledScript } from "../../test/bundled.ts";

let root: string;
let script: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-long-"));
  script = await bundledScript("line-run", join(root, "script"));
  await writeFile(join(root, "script/package.json"), '{ "type": "module" }');
});
afterAll(() => rm(root, { recursive: true }));

test.each([20_000, 120_000])("a process whose command line has %i characters runs the engine", async (length) => {
  const prompt = "a red cat, ".repeat(length / 11);
  const folder = join(root, String(length));
  await promisify(execFile)(process.execPath, [script, folder, "3", prompt]);
  expect(await readdir(folder)).toContain("end.json");
});

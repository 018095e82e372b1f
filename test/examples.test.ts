import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { decodePng } from "../packages/aquatint/src/formats/png.ts";
import { root } from "./tree.ts";

const run = promisify(execFile);
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;
const examples = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts"));

test.each(examples)("the example %s makes a picture", async (example) => {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    await run(process.execPath, ["--import", tsx, join(root, "examples", example)], { cwd: folder });
    const [file] = readdirSync(folder);
    expect(decodePng(readFileSync(join(folder, file!)))).toMatchObject({ width: 32, height: 32 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the command that is installed makes a picture and says where it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "command-"));
  const bin = join(root, "packages/aquatint/bin/aquatint.mjs");
  try {
    const args = [bin, "generate", "a red apple, blue background", "--seed", "1", "--steps", "10", "--json"];
    const { stdout } = await run(process.execPath, args, { cwd: folder });
    const { images, seconds } = JSON.parse(stdout);
    expect(images).toEqual([{ path: expect.stringMatching(/0001\.png$/), seed: 1, width: 32, height: 32 }]);
    expect(seconds).toBeGreaterThan(0);
    const { data } = decodePng(readFileSync(images[0].path));
    const [red, , blue] = data;
    expect(blue! - red!, "the first pixel, of the background, is blue").toBeGreaterThan(60);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

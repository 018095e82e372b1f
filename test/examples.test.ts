import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { decodePng } from "../packages/aquatint/src/formats/png.ts";
import { defaultModelFolder, openTextToImage } from "../packages/aquatint/src/pipelines/node.ts";
import { tinyLatentModel } from "../packages/aquatint/test/tiny-latent-model.ts";
import { writeFiles } from "../packages/aquatint/test/tiny-pixel-model.ts";
import { root } from "./tree.ts";

const run = promisify(execFile);
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;

/** What the default model makes pictures of. */
const { sampleSize: size } = (await openTextToImage(await defaultModelFolder())).modules;
/** What each example is given, and the pictures that it must leave; the latent one is given a model of its own. */
const examples: readonly {
  readonly example: string;
  readonly arguments: (folder: string) => Promise<readonly string[]>;
  readonly pictures: readonly string[];
  readonly size: number;
}[] = [
  { example: "first-picture.ts", arguments: async () => [], pictures: ["apple.png"], size },
  { example: "latent-pictures.ts", arguments: tinyModel, pictures: ["7.png", "8.png"], size: 64 },
];

async function tinyModel(folder: string): Promise<readonly string[]> {
  await writeFiles(join(folder, "model"), tinyLatentModel());
  return ["model", "a red apple"];
}

test("every example is run", () => {
  const files = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts"));
  expect(examples.map(({ example }) => example)).toEqual(files);
});

test.each(examples)(
  "the example $example makes its pictures",
  async ({ example, arguments: given, pictures, size }) => {
    const folder = mkdtempSync(join(tmpdir(), "example-"));
    try {
      const args = await given(folder);
      await run(process.execPath, ["--import", tsx, join(root, "examples", example), ...args], { cwd: folder });
      expect(readdirSync(folder).filter((file) => file.endsWith(".png"))).toEqual(pictures);
      for (const file of pictures) {
        expect(decodePng(readFileSync(join(folder, file)))).toMatchObject({ width: size, height: size });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test("the command that is installed makes a picture and says where it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "command-"));
  const bin = join(root, "packages/aquatint/bin/aquatint.mjs");
  try {
    const args = [bin, "generate", "a red apple, blue background", "--seed", "1", "--steps", "10", "--json"];
    const { stdout } = await run(process.execPath, args, { cwd: folder });
    const { images, seconds } = JSON.parse(stdout);
    expect(images).toEqual([{ path: expect.stringMatching(/0001\.png$/), seed: 1, width: size, height: size }]);
    expect(seconds).toBeGreaterThan(0);
    const { data } = decodePng(readFileSync(images[0].path));
    const [red, , blue] = data;
    expect(blue! - red!, "the first pixel, of the background, is blue").toBeGreaterThan(60);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { decodePng } from "../packages/aquatint/src/formats/png/png.ts";
import { readClip } from "../packages/aquatint/src/formats/video/read-clip.node.ts";
import { defaultModelFolder } from "../packages/aquatint/src/pipelines/default-model.node.ts";
import { openTextToImage } from "../packages/aquatint/src/pipelines/generate.node.ts";
import { tinyLatentModel } from "../packages/aquatint/test/tiny-latent-model.ts";
import { tinyMotionAdapter } from "../packages/aquatint/test/tiny-motion.ts";
import { writeFiles } from "../packages/aquatint/test/tiny-pixel-model.ts";
import { root } from "./tree.ts";

const run = promisify(execFile);
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;

/** What the default model makes images of. */
const { sampleSize: size } = (await openTextToImage(await defaultModelFolder())).modules;
/** What each example is given, and what must come of it; the latent one is given a model of its own. */
const examples: readonly {
  readonly example: string;
  readonly arguments: (folder: string) => Promise<readonly string[]>;
  readonly leaves: (folder: string, printed: string) => void | Promise<void>;
}[] = [
  { example: "digits.ts", arguments: async () => ["150"], leaves: (_, printed) => expectRead(printed, 80) },
  {
    example: "first-image.ts",
    arguments: async () => [],
    leaves: (folder) => expectImages(folder, ["astronaut.png"]),
  },
  {
    example: "latent-images.ts",
    arguments: tinyModel,
    leaves: (folder) => expectImages(folder, ["7.png", "8.png"], 64),
  },
  ...Object.entries({
    "lecture/comparison.ts": "vae 32 1 3072\ngan 32 1 3072\ndiffusion 3072 4 3072\n",
    "lecture/elbo.ts": "-3.1478 0.0000 4.4671 1.3193\n",
    "lecture/forward.ts": "0.568 -0.354 -1.441 1.071\n-0.866 -0.432 0.696 -0.646\n",
    "lecture/reverse.ts": "-0.1550 0.1981 0.0896\n",
    "lecture/sampling.ts": "494 1.05\n",
    "lecture/schedules.ts": "linear 0.0786 0.0853\ncosine 0.5000 1.0000\ncustom 0.2500 0.3333\n",
    "lecture/stable-diffusion.ts": "892 530 658 535 320 630 893\n1 × 32 × 192 4 2048 128\n",
    "lecture/training.ts": "the loss fell\nunet/diffusion_pytorch_model.safetensors text_encoder/model.safetensors\n",
    "lecture/unet.ts":
      "conv_in: 32 × 32 × 32, 32768 numbers\nconv_out: 3 × 32 × 32, 3072 numbers\nmid_block.attentions.0.transformer_blocks.0.attn2: 1536 weights\n3072 3072 before after\n",
  }).map(([example, expected]) => ({
    example,
    arguments: async () => [],
    leaves: (_: string, printed: string) => expect(printed).toBe(expected),
  })),
  {
    example: "lecture/video.ts",
    arguments: tinyVideoModel,
    leaves: (_, printed) =>
      expect(printed).toBe(
        "4 frames at 8 a second\ndown_blocks.0.motion_modules.0.transformer_blocks.0.attn1 clips: 1\n",
      ),
  },
  { example: "video.ts", arguments: tinyVideoModel, leaves: expectClip },
];

async function tinyModel(folder: string): Promise<readonly string[]> {
  await writeFiles(join(folder, "model"), tinyLatentModel());
  return ["model", "a red apple"];
}

async function tinyVideoModel(folder: string): Promise<readonly string[]> {
  await writeFiles(join(folder, "motion"), tinyMotionAdapter());
  return [...(await tinyModel(folder)).slice(0, 1), "motion"];
}

async function expectClip(folder: string, printed: string): Promise<void> {
  const { frames, fps } = await readClip(join(folder, "clip.webp"));
  expect([frames.length, fps]).toEqual([8, 8]);
  expect(printed).toMatch(/step 20 of 20\n$/);
}

function expectImages(folder: string, names: readonly string[], side = size): void {
  expect(readdirSync(folder).filter((file) => file.endsWith(".png"))).toEqual(names);
  for (const file of names) {
    expect(decodePng(readFileSync(join(folder, file)))).toMatchObject({ width: side, height: side });
  }
}

function expectRead(printed: string, percent: number): void {
  const read = /([\d.]+) % of \d+ unseen digits are read right\n$/.exec(printed)?.[1];
  expect(Number(read), printed).toBeGreaterThan(percent);
}

test("every example is run", () => {
  const files = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !file.startsWith("browser/"));
  expect(examples.map(({ example }) => example)).toEqual(files.toSorted());
});

test.each(examples)("the example $example does what it should", async ({ example, arguments: argv, leaves }) => {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const args = [...(await argv(folder))];
    const { stdout } = await run(process.execPath, ["--import", tsx, join(root, "examples", example), ...args], {
      cwd: folder,
    });
    await leaves(folder, stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the command that is installed makes an image and says where it is", async () => {
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

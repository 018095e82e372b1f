import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CapturedOptions, capturedIo } from "../../../test/captured-io.ts";
import { latentModel, tinyTaesd } from "../../../test/preview-models.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import type { Image } from "../../formats/image/image.ts";
import { generate } from "../../pipelines/generate.node.ts";
import { main } from "../main.ts";

const ESC = "\x1b";
const gray = { factors: new Array(4).fill([0.1, 0.1, 0.1]), bias: [0, 0, 0] };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-preview-"));
  await writeFiles(join(root, "plain"), latentModel());
  await writeFiles(join(root, "mapped"), latentModel({ vaeExtras: { _latent_rgb: gray } }));
  await writeFiles(join(root, "taesd"), tinyTaesd());
  await writeFiles(join(root, "taesd-of-8"), tinyTaesd({ levels: 4 }));
});
afterAll(() => rm(root, { recursive: true }));

async function previews(options: Omit<Parameters<typeof generate>[0], "prompt">): Promise<(Image | undefined)[]> {
  const images: (Image | undefined)[] = [];
  for await (const event of generate({ prompt: "a red apple", steps: 2, ...options })) {
    if (event.type === "evaluation") images.push(event.preview);
  }
  return images;
}
const sizes = (images: readonly (Image | undefined)[]) => images.map((p) => p && [p.width, p.height]);

test("events carry previews: a pixel a latent by the linear map, full size by a TAESD, none unless asked for", async () => {
  const [model, plain] = [join(root, "mapped"), join(root, "plain")];
  const linear = await previews({ model, preview: "linear" });
  expect(sizes(linear)).toEqual([
    [8, 8],
    [8, 8],
  ]);
  for (const { data } of linear as Image[]) expect(data.filter((v, i) => v !== data[i - (i % 3)])).toHaveLength(0);
  expect(sizes(await previews({ model: plain, previewModel: join(root, "taesd") }))).toEqual([
    [16, 16],
    [16, 16],
  ]);
  expect(sizes(await previews({ model: plain, preview: "auto" }))).toEqual([undefined, undefined]);
  expect(sizes(await previews({ model }))).toEqual([undefined, undefined]);
});

test("what cannot be shown is refused before anything is loaded", async () => {
  const model = join(root, "plain");
  await expect(previews({ model, preview: "linear" })).rejects.toMatchObject({ code: "preview/linear" });
  await expect(previews({ model, previewModel: join(root, "taesd-of-8") })).rejects.toMatchObject({
    code: "preview/model",
    message: expect.stringContaining("8 times smaller, the model has latents of 4 channels, 2 times smaller"),
  });
});

const terminal = { isTTY: true, env: { COLORTERM: "truecolor" } };
async function terminalOutput(args: readonly string[], options: Partial<CapturedOptions> = terminal) {
  const { io, err } = capturedIo({ cwd: root, ...options });
  const file = ["--out", "a.png", "--steps", "3", "--model", join(root, "mapped")];
  expect(await main(["generate", "a red apple", ...file, ...args], io)).toBe(0);
  return err();
}

test("a terminal with colors shows x_0 above the progress, and takes it away", async () => {
  const err = await terminalOutput([]);
  expect(err).toMatch(/▀.*\n[^▀]*1\/3 steps/s);
  expect(err).toMatch(new RegExp(`${ESC}\\[\\d+A${ESC}\\[J$`));
  expect(await terminalOutput(["--preview", "off"])).not.toContain("▀");
  expect(await terminalOutput(["--preview", "linear"], { isTTY: false })).not.toContain("▀");
  expect(await terminalOutput(["--quiet"])).toBe("");
});

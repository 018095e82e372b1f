import { describe, expect, test } from "vitest";
import { tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import { identity } from "../../diffusion/guidance.ts";
import { targets } from "../../diffusion/process/prediction.ts";
import { textToImageModel } from "../../pipelines/model/text-to-image-model.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { TextToImageOptions } from "./options.ts";
import { planTextToImage } from "./plan.ts";
import { textToImage } from "./text-to-image.ts";

const opened = await textToImageModel(await openModel(memoryFiles(tinyPixelModel())));
const model = { ...opened, scheduler: { ...opened.scheduler, x0Transform: identity, target: targets.epsilon } };

/** A network whose every part gives halves, but for what is given. */
const networkWith = (parts: Partial<TextToImageNetwork>): TextToImageNetwork => ({
  posterior: false,
  encode: async () => ({ hidden: { dtype: "float32", shape: [1, 1, 1], data: new Float32Array(1) } }) as never,
  predict: async (x) => new Float32Array(x.data.length).fill(0.5),
  encodeImage: async (_, noise) => new Float32Array(noise.shape.reduce((a, b) => a * b, 1)).fill(0.5),
  decode: async (x) => new Float32Array(x.data.length).fill(0.5),
  [Symbol.asyncDispose]: async () => {},
  ...parts,
});

async function run(parts: Partial<TextToImageNetwork>, options: Partial<TextToImageOptions> = {}): Promise<void> {
  const plan = await planTextToImage(model, {
    prompt: "a cat",
    steps: 3,
    guidance: 4,
    sampler: "Euler Karras",
    ...options,
  });
  for await (const _ of textToImage(networkWith(parts), plan));
}

const filled = (value: number, at = 0) => {
  const values = new Float32Array(3 * 16 * 16).fill(0.5);
  values[at] = value;
  return values;
};
const side = model.modules.sampleSize;
const init = (value: number) => {
  const data = new Float32Array(3 * side * side);
  data[5] = value;
  return { width: side, height: side, data };
};

describe("what first stopped being finite is named", () => {
  test("nothing, where all is finite", async () => {
    await expect(run({})).resolves.toBeUndefined();
    await expect(run({}, { init: init(0) })).resolves.toBeUndefined();
  });

  test("the network's output, at its step", async () => {
    let calls = 0;
    const predict: TextToImageNetwork["predict"] = async (x) =>
      new Float32Array(x.data.length).fill(++calls === 2 ? Number.NaN : 0.5);
    await expect(run({ predict })).rejects.toMatchObject({
      code: "not-finite/network",
      message: expect.stringMatching(
        /^the network's output at step 2 of 3 \(timestep [\d.]+\) has \d+ NaN or infinite/,
      ),
      hint: expect.stringContaining("other weights"),
    });
  });

  test("what the network is given, where guidance let it grow", async () => {
    const predict: TextToImageNetwork["predict"] = async (x) =>
      Float32Array.from(x.data as Float32Array, (v, i) =>
        Math.abs(v) > 1e30 ? Number.NaN : i < x.data.length / 2 ? -1 : 1,
      );
    await expect(run({ predict }, { guidance: 1e31 })).rejects.toMatchObject({
      code: "not-finite/input",
      message: expect.stringMatching(
        /^the network's output at step 2 of 3 .* which was given values up to [\d.]+e\+3\d,/,
      ),
      hint: expect.stringContaining("smaller guidance scale"),
    });
  });

  test("guidance of finite outputs", async () => {
    const predict: TextToImageNetwork["predict"] = async (x) =>
      Float32Array.from({ length: x.data.length }, (_, i) => (i < x.data.length / 2 ? -1 : 1));
    await expect(run({ predict }, { guidance: 1e39 })).rejects.toMatchObject({
      code: "not-finite/guidance",
      message: expect.stringContaining("guidance at scale 1e+39 at step 1 of 3"),
    });
  });

  test("the sampler's step from finite outputs", async () => {
    const predict: TextToImageNetwork["predict"] = async (x) => new Float32Array(x.data.length).fill(3e38);
    await expect(run({ predict }, { guidance: 1 })).rejects.toMatchObject({
      code: "not-finite/step",
      message: expect.stringMatching(
        /^step 1 of 3 of the sampler "Euler Karras" \(sigma [\d.]+ to [\d.]+, the network's finite output up to 3.00e\+38\)/,
      ),
    });
  });

  test("the first image, its encoder, the decoder", async () => {
    await expect(run({}, { init: init(Number.NaN) })).rejects.toMatchObject({ code: "generate/image" });
    const encodeImage = async () => filled(Number.POSITIVE_INFINITY);
    await expect(run({ encodeImage: encodeImage }, { init: init(0) })).rejects.toMatchObject({
      code: "not-finite/encoder",
    });
    const decode = async () => filled(Number.NaN, 7);
    await expect(run({ decode })).rejects.toMatchObject({
      code: "not-finite/decoder",
      message: "the decoded image of a finite latent has 1 NaN or infinite values of 768",
    });
  });
});

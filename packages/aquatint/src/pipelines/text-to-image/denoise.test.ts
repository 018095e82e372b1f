import { expect, test } from "vitest";
import { tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import { guidedOutput } from "../../diffusion/guidance.ts";
import type { Latent } from "../../diffusion/process/latent.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { textToImageModel } from "../model/text-to-image-model.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { denoise } from "./denoise.ts";
import { planTextToImage } from "./plan.ts";

const model = await textToImageModel(await openModel(memoryFiles(tinyPixelModel())));
const ROWS = 2;
const unconditional = (x: Latent): Latent => x.map((v) => Math.sin(3 * v));
const conditional = (x: Latent): Latent => x.map((v) => Math.cos(2 * v));

/** The last x of a walk with a network that is a function of x. */
async function lastOf(cfgBatch: 1 | 2, guidance: object, predict: (x: Latent) => Latent): Promise<Latent> {
  const { controls: _, ...plan } = await planTextToImage(model, {
    prompt: "",
    steps: 3,
    sampler: "euler",
    ...guidance,
  });
  const network = { predict: async (x: { data: Latent }) => predict(x.data) } as unknown as TextToImageNetwork;
  const x = new Float32Array(ROWS * 3 * 64).map((_, i) => Math.sin(i));
  const steps = denoise(network, { ...plan, x, rows: ROWS, cfgBatch, conditions: () => ({}) as never, noise: () => x });
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}

test.each([{ guidance: 3 }, { guidance: 7.5, guidanceRescale: 0.7 }, { guidance: 0 }])(
  "both branches are joined by the scale and the rescale of the plan: %o",
  async (options) => {
    const { guidance: scale, guidanceRescale: rescale } = options as { guidance: number; guidanceRescale?: number };
    const result = await lastOf(2, options, (x) => {
      const row = x.subarray(0, x.length / 2);
      return concatFloat32([unconditional(row), conditional(row)]);
    });
    const expected = await lastOf(
      1,
      options,
      (x) => guidedOutput(unconditional(x), conditional(x), { scale, rescale, rows: ROWS }).output,
    );
    expect(result).toEqual(expected);
    expect(result).not.toEqual(await lastOf(1, options, conditional));
  },
);

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyLatentModel } from "../../../test/tiny-latent-model.ts";
import { tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import { noiseRatio } from "../../diffusion/process/coordinates.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { textToImageModel } from "../model/text-to-image-model.ts";
import { type TextToImageNetwork, textToImageNetwork } from "../network/network.ts";
import type { TextToImageOptions } from "./options.ts";
import { planTextToImage } from "./plan.ts";
import { type TextToImageEvent, textToImage } from "./text-to-image.ts";

const SEEDS = [5, 6, 7];
let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime();
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** A model, and its network with the rows of every call of the U-Net. */
async function open(files: ReturnType<typeof tinyPixelModel>) {
  const model = await textToImageModel(await openModel(memoryFiles(files)));
  const loaded = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  const calls: number[] = [];
  const network: TextToImageNetwork = {
    ...loaded,
    predict(x, ...rest) {
      calls.push(x.shape[0]!);
      return loaded.predict(x, ...rest);
    },
    [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose](),
  };
  return { model, network, calls };
}

const square = (side: number, planes: number, value: (i: number) => number) => ({
  width: side,
  height: side,
  data: Float32Array.from({ length: planes * side * side }, (_, i) => value(i)),
});
const inpainting = ({ modules: { sampleSize: side } }: TextToImageModel): Partial<TextToImageOptions> => ({
  init: square(side, 3, Math.sin),
  mask: square(side, 1, (i) => (i % side < side / 2 ? 1 : 0)),
});

const variants: readonly [name: string, options: (model: TextToImageModel) => Partial<TextToImageOptions>][] = [
  ["an ancestral sampler", () => ({ sampler: "Euler a" })],
  ["two evaluations a step, with noise", () => ({ sampler: "DPM++ SDE Karras" })],
  ["Brownian noise", () => ({ sampler: "DPM++ SDE", noise: "brownian" })],
  ["PNDM", () => ({ sampler: "pndm" })],
  ["a rescale of guidance", () => ({ guidanceRescale: 0.7 })],
  ["a guidance range", () => ({ guidanceRange: [0.3, 3], sampler: "Euler a" })],
  ["no guidance", () => ({ guidance: 1, sampler: "ddpm" })],
  ["a prompt that changes", () => ({ prompt: "[a cat:a dog:0.5]", promptSyntax: "a1111" })],
  ["prompts joined by AND", () => ({ prompt: "a cat :1.2 AND a dog :-0.3", promptSyntax: "a1111" })],
  ["an image to paint into", (model) => ({ ...inpainting(model), sampler: "Euler a" })],
  ["an image to start from", (model) => ({ init: inpainting(model).init, strength: 0.6 })],
  ["a second, larger pass", () => ({ hires: { scale: 1.5 } })],
];

describe.each([
  { of: "pixels", files: tinyPixelModel, cases: variants },
  { of: "latents", files: tinyLatentModel, cases: variants.slice(-3) },
])("a batch of a model of $of", ({ files, cases }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open(files());
  });
  afterAll(() => opened.network[Symbol.asyncDispose]());

  test.each(cases)("gives the evaluations and images of single runs, bit for bit: %s", async (_, options) => {
    const { model, network } = opened;
    const plan = await planTextToImage(model, { prompt: "a red apple", steps: 4, guidance: 3, ...options(model) });
    const run = async (seeds: readonly number[]) => {
      const events: TextToImageEvent[] = [];
      for await (const event of textToImage(network, plan, { seeds, previews: new Set([1]) })) events.push(event);
      return events;
    };
    const batch = await run(SEEDS);
    for (const [row, seed] of SEEDS.entries()) {
      const events = batch.filter((event) => (event.type === "image" ? event.seed === seed : event.row === row));
      const single = await run([seed]);
      expect(events.map((event) => (event.type === "image" ? event : { ...event, row: 0 }))).toEqual(single);
    }
  });

  test("paints where the mask is white, and keeps the rest of the image", async () => {
    if (files !== tinyPixelModel) return; // latents are not the pixels of the image
    const { model, network } = opened;
    const { init, mask } = inpainting(model);
    const { sampleSize: side } = model.modules;
    const plan = await planTextToImage(model, {
      prompt: "a red apple",
      steps: 4,
      guidance: 1,
      sampler: "euler",
      init,
      mask,
    });
    let latent: Float32Array = new Float32Array();
    for await (const event of textToImage(network, plan)) if (event.type === "evaluation") latent = event.latent;
    const distances = [0, 0];
    for (const [i, v] of latent.entries()) {
      const half = i % side < side / 2 ? 0 : 1;
      distances[half] = Math.max(distances[half]!, Math.abs(v - Math.sin(i)));
    }
    expect(distances[1]).toBeLessThan(1e-6);
    expect(distances[0]).toBeGreaterThan(0.1);
  });

  test("counts the steps of both passes of a hires fix through", async () => {
    const { model, network } = opened;
    const options = {
      prompt: "a red apple",
      steps: 4,
      guidance: 1,
      sampler: "euler",
      hires: { scale: 1.5, strength: 0.5 },
    };
    const steps: string[] = [];
    for await (const event of textToImage(network, await planTextToImage(model, options))) {
      if (event.type === "evaluation") steps.push(`${event.i} of ${event.n}`);
    }
    expect(steps).toEqual([0, 1, 2, 3, 4, 5].map((i) => `${i} of 6`));
  });

  test("runs the U-Net once an evaluation, for both halves of guidance and all images", async () => {
    const { model, network, calls } = opened;
    calls.length = 0;
    const plan = await planTextToImage(model, { prompt: "a red apple", steps: 3, guidance: 3, sampler: "euler" });
    for await (const _ of textToImage(network, plan, { seeds: SEEDS }));
    expect(calls).toEqual([6, 6, 6]);
  });

  test("runs the U-Net with the prompt alone outside of the guidance range, and gives the same inside", async () => {
    const { model, network, calls } = opened;
    const run = async (guidance: Partial<TextToImageOptions>) => {
      calls.length = 0;
      const options = { prompt: "a red apple", steps: 3, sampler: "euler", ...guidance };
      const estimates: Float32Array[] = [];
      for await (const event of textToImage(network, await planTextToImage(model, options))) {
        if (event.type === "evaluation") estimates.push(event.x0);
      }
      return { estimates, calls: [...calls] };
    };
    const { levels } = await planTextToImage(model, { prompt: "", steps: 3, sampler: "euler" });
    const [first = 0, second = 0, third = 0] = levels.map(noiseRatio);
    const everywhere = await run({ guidance: 3 });
    const middle = await run({ guidance: 3, guidanceRange: [third, second] });
    const all = await run({ guidance: 3, guidanceRange: [0, 2 * first] });
    const none = await run({ guidance: 1 });
    expect([everywhere.calls, middle.calls, all.calls, none.calls]).toEqual([
      [2, 2, 2],
      [1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1],
    ]);
    for (const [i, estimate] of everywhere.estimates.entries()) {
      for (const [k, v] of estimate.entries()) expect(all.estimates[i]?.[k]).toBeCloseTo(v, 4);
    }
    expect(middle.estimates[0]).toEqual(none.estimates[0]);
    expect(middle.estimates[1]).not.toEqual(none.estimates[1]);
  });

  test.each([
    { prompt: "a cat AND a dog", without: [1, 1, 1] },
    { prompt: "a cat :0.4 AND a dog :0.6", without: [1, 1] },
  ])(
    "outside of the guidance range the scale is 1, with as few calls as the weights need: $prompt",
    async ({ prompt, without }) => {
      const { model, network, calls } = opened;
      const run = async (guidance: Partial<TextToImageOptions>) => {
        calls.length = 0;
        const options = { prompt, promptSyntax: "a1111" as const, steps: 2, sampler: "euler", ...guidance };
        const plan = await planTextToImage(model, options);
        const estimates: Float32Array[] = [];
        for await (const event of textToImage(network, plan)) {
          if (event.type === "evaluation") estimates.push(event.x0);
        }
        return { estimates, calls: [...calls], ratios: plan.levels.map(noiseRatio) };
      };
      const [weak, strong] = [await run({ guidance: 1 }), await run({ guidance: 3 })];
      const [first = 0, second = 0] = weak.ratios;
      const [late, early] = [
        await run({ guidance: 3, guidanceRange: [0, second] }),
        await run({ guidance: 3, guidanceRange: [second, first] }),
      ];
      expect(late.calls).toEqual([...without, 1, 1, 1]);
      expect(early.calls).toEqual([1, 1, 1, ...without]);
      const expectClose = (a: Float32Array | undefined, b: Float32Array | undefined) => {
        for (const [k, v] of a!.entries()) expect(b?.[k]).toBeCloseTo(v, 4);
      };
      expectClose(weak.estimates[0], late.estimates[0]);
      expectClose(strong.estimates[0], early.estimates[0]);
      expect(late.estimates[1]).not.toEqual(weak.estimates[1]);
    },
  );
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultModelFolder } from "../packages/aquatint/src/pipelines/default-model.node.ts";
import { openTextToImage } from "../packages/aquatint/src/pipelines/generate.node.ts";
import { type TextToImageNetwork, textToImageNetwork } from "../packages/aquatint/src/pipelines/network/network.ts";
import { quantize } from "../packages/aquatint/src/pipelines/quantize/quantize.node.ts";
import { planTextToImage } from "../packages/aquatint/src/pipelines/text-to-image/plan.ts";
import { textToImage } from "../packages/aquatint/src/pipelines/text-to-image/text-to-image.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/runtime.node.ts";
import type { Runtime } from "../packages/aquatint/src/runtime/types.ts";

/** Options of `quantizeBench`. */
export interface QuantizeBenchOptions {
  /** Images that both precisions make of the same seeds. */
  readonly seeds?: number;
  /** A file of `aquatint quantize`; made of the default model if absent. */
  readonly variant?: string | undefined;
}

const STEPS = 20;
/** Others than those that ranges are found with. */
const prompts = [
  "a red apple, sky blue background",
  "a black cat",
  "two green frogs, white background",
  "a yellow car",
];
/** Captions like those that the default model knows. */
const captions = [
  "a red heart",
  "a green tree, white background",
  "two yellow stars",
  "a brown dog, blue background",
  "a slice of pizza",
  "a cat left of a house",
  "three blue fish",
  "a purple flower, black background",
];

/**
 * The default model in 8 bits: the noise of each layer; the error of the estimated x0 at the same x_t at 20 times, without
 * guidance; and the distance of whole images with the model's own guidance.
 */
export async function quantizeBench({ seeds = 8, variant }: QuantizeBenchOptions = {}): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-quantize-"));
  try {
    const model = await defaultModelFolder();
    const out = join(folder, "int8.safetensors");
    const layers = variant ? [] : (await quantize({ model, out, prompts: captions, steps: STEPS })).layers;
    await using runtime = await nodeRuntime({});
    const [float, int8] = [await opened(runtime, model), await opened(runtime, model, variant ?? out)];
    const times = await errorsOfX0(float, int8, seeds);
    const images = await imageErrors(float, int8, seeds);
    await float.network[Symbol.asyncDispose]();
    await int8.network[Symbol.asyncDispose]();
    const table = layers
      .toSorted((a, b) => a.decibels - b.decibels)
      .map(
        ({ name, decibels, quantized }) =>
          `${name.replace(/\.weight$/, "")} ${decibels.toFixed(1)} ${quantized ? "int8" : "float32"}`,
      );
    return { x0: times, smallestX0: Math.min(...Object.values(times)), imagePsnr: images, layers: table };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function opened(runtime: Runtime, folder: string, variant?: string) {
  const model = await openTextToImage(folder, { variant });
  return { model, network: textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) }) };
}
type Opened = Awaited<ReturnType<typeof opened>>;

const power = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v * v, 0);
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => Float64Array.from(a, (v, i) => v - b[i]!);
const decibels = (ratio: number): number => Math.round(100 * Math.log10(ratio)) / 10;

/**
 * Signal to noise of x0 in dB at each time, over all seeds. Both networks see what the sampler makes with the one in float32; the
 * estimate is linear in the network's output, so the second estimate is the first with the outputs' difference.
 */
async function errorsOfX0({ model, network }: Opened, other: Opened, seeds: number): Promise<Record<string, number>> {
  const errors = new Map<number, { signal: number; noise: number }>();
  const prediction = String(model.configs.scheduler["prediction_type"] ?? "epsilon");
  for (let seed = 0; seed < seeds; seed++) {
    let outputs: Float64Array = new Float64Array();
    const both: TextToImageNetwork = {
      ...network,
      async predict(...args) {
        const [exact, rounded] = [await network.predict(...args), await other.network.predict(...args)];
        outputs = difference(exact, rounded);
        return exact;
      },
    };
    const prompt = prompts[seed % prompts.length]!;
    const plan = await planTextToImage(model, { prompt, seed, steps: STEPS, guidance: 1 });
    for await (const event of textToImage(both, plan)) {
      if (event.type !== "evaluation") continue;
      const { alpha, sigma } = event.level;
      const slope = slopes[prediction]!(alpha, sigma);
      const sum = errors.get(event.timestep) ?? { signal: 0, noise: 0 };
      sum.signal += power(event.x0);
      sum.noise += slope ** 2 * power(outputs);
      errors.set(event.timestep, sum);
    }
  }
  const entries = Array.from(
    errors,
    ([t, { signal, noise }]) => [`t ${Math.round(t)}`, decibels(signal / noise)] as const,
  );
  return Object.fromEntries(entries);
}

/** dx0 / doutput for x_t = alpha x0 + sigma eps with alpha² + sigma² = 1. */
const slopes: Readonly<Record<string, (alpha: number, sigma: number) => number>> = {
  epsilon: (alpha, sigma) => sigma / alpha,
  v_prediction: (_, sigma) => sigma,
  sample: () => 1,
};

/** Peak signal to noise of images of the same seeds, in dB: mean and smallest. */
async function imageErrors(float: Opened, int8: Opened, seeds: number) {
  const values: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const [a, b] = [await imageOf(float, seed), await imageOf(int8, seed)];
    values.push(decibels((255 ** 2 * a.length) / power(difference(a, b))));
  }
  return { mean: Math.round((10 * values.reduce((sum, v) => sum + v, 0)) / seeds) / 10, smallest: Math.min(...values) };
}

async function imageOf({ model, network }: Opened, seed: number): Promise<ArrayLike<number>> {
  const plan = await planTextToImage(model, { prompt: prompts[seed % prompts.length]!, seed, steps: STEPS });
  for await (const event of textToImage(network, plan)) if (event.type === "image") return event.image.data;
  throw new Error("no image was made");
}

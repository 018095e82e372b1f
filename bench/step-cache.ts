import { stepCaches } from "../packages/aquatint/src/diffusion/step-cache/registry.ts";
import { defaultModelFolder } from "../packages/aquatint/src/pipelines/default-model.node.ts";
import { openTextToImage } from "../packages/aquatint/src/pipelines/generate.node.ts";
import { textToImageNetwork } from "../packages/aquatint/src/pipelines/network/network.ts";
import type { TextToImageOptions } from "../packages/aquatint/src/pipelines/text-to-image/options.ts";
import { planTextToImage } from "../packages/aquatint/src/pipelines/text-to-image/plan.ts";
import { textToImage } from "../packages/aquatint/src/pipelines/text-to-image/text-to-image.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/runtime.node.ts";

export interface StepCacheBenchOptions {
  readonly seeds?: number;
  /** The model's own where it is "". */
  readonly samplers?: readonly string[];
  /** Options of the caches: "easy,threshold=0.05". */
  readonly caches?: readonly string[];
}

const STEPS = 20;
const prompts = [
  "a red apple, sky blue background",
  "a black cat",
  "an astronaut riding a horse",
  "two green frogs, white background",
];

interface Measurement {
  /** Images in -1 .. 1. */
  readonly images: readonly Float32Array[];
  /** Evaluations of the network an image. */
  readonly evaluations: number;
}

/**
 * Each step cache on the default model at 20 steps: evaluations, and the distance (root mean square of pixels in -1 .. 1) of its
 * images from those without a cache, beside that of the sampler with as many evaluations, interpolated between whole numbers.
 */
export async function stepCacheBench(options: StepCacheBenchOptions = {}): Promise<object> {
  const { seeds = 32, samplers = ["", "dpmpp-2m", "ddim"], caches = Object.keys(stepCaches) } = options;
  const model = await openTextToImage(await defaultModelFolder());
  await using runtime = await nodeRuntime({});
  await using network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  const measured = async (choice: Partial<TextToImageOptions>): Promise<Measurement> => {
    const images: Float32Array[] = [];
    let evaluations = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const plan = await planTextToImage(model, { prompt: prompts[seed % prompts.length]!, seed, ...choice });
      for await (const event of textToImage(network, plan)) {
        if (event.type === "image") images.push(Float32Array.from(event.image.data, (v) => v / 127.5 - 1));
        else if (!event.estimated) evaluations++;
      }
    }
    return { images, evaluations: evaluations / seeds };
  };
  const rows: Record<string, object> = {};
  for (const name of samplers) {
    const sampler = name === "" ? {} : { sampler: name };
    const reference = await measured({ ...sampler, steps: STEPS });
    const plain = new Map<number, Promise<number>>();
    const plainAt = (steps: number): Promise<number> => {
      const promise = plain.get(steps) ?? measured({ ...sampler, steps }).then((other) => distance(other, reference));
      plain.set(steps, promise);
      return promise;
    };
    for (const text of caches) {
      const cached = await measured({ ...sampler, steps: STEPS, stepCache: choiceOf(text) });
      const [below, share] = [Math.floor(cached.evaluations), cached.evaluations % 1];
      const equal = (1 - share) * (await plainAt(below)) + share * (share > 0 ? await plainAt(below + 1) : 0);
      const cachedDistance = distance(cached, reference);
      rows[`${name || "its own"} ${text}`] = {
        evaluations: round(cached.evaluations),
        fewer: round(STEPS / cached.evaluations),
        distance: round(cachedDistance),
        plain: round(equal),
        ratio: round(cachedDistance / equal),
      };
      console.error(name || "its own", text, JSON.stringify(rows[`${name || "its own"} ${text}`]));
    }
  }
  return rows;
}

function choiceOf(text: string): { readonly name: string } {
  const [name = "", ...options] = text.split(",");
  return { ...Object.fromEntries(options.map((part) => [part.split("=")[0], Number(part.split("=")[1])])), name };
}

function distance(a: Measurement, b: Measurement): number {
  const squares = a.images.map(
    (image, i) => image.reduce((sum, v, k) => sum + (v - b.images[i]![k]!) ** 2, 0) / image.length,
  );
  return Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / squares.length);
}

const round = (v: number): number => Math.round(v * 10_000) / 10_000;

import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { writeQuantized } from "../../checkpoints/quantized/write.node.ts";
import type { TensorLocation } from "../../checkpoints/types.ts";
import type { LayerRanges } from "../../compiler/int8/uses.ts";
import { AquatintError } from "../../errors.ts";
import { fileError } from "../../formats/files.node.ts";
import { makeFolder } from "../../formats/folders.node.ts";
import type { Seed } from "../../math/random.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { lookup } from "../../util/items.ts";
import { openTextToImage } from "../generate.node.ts";
import { openNetwork } from "../memory/open-network.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import type { ProgramObserver } from "../network/program-cache.ts";
import { planTextToImage, stepCount, type TextToImagePlan } from "../text-to-image/plan.ts";
import { textToImage } from "../text-to-image/text-to-image.ts";
import { mayQuantize } from "./float-layers.ts";
import { decibels, noiseObserver, rangeObserver } from "./observers.ts";

/** Prompts of the ranges, where the caller has none of his own. */
export const calibrationPrompts: readonly string[] = [
  "a red apple on a white table",
  "a portrait of an old man with a beard, black and white photo",
  "a fox in snow",
  "a city street at night, neon lights, rain",
  "an oil painting of a ship in a storm",
  "a bowl of fruit, bright colors, flat illustration",
  "green mountains under a blue sky",
  "two cats on a sofa",
];

/** Options of `quantize`. */
export interface QuantizeOptions {
  /** Folder or single file of a model. */
  readonly model: string;
  /** The .safetensors file that is written. */
  readonly out: string;
  readonly variant?: string | undefined;
  /** Prompts of the images that are made to find the ranges; one image each. */
  readonly prompts: readonly string[];
  /** Steps of each image; 20 if absent. */
  readonly steps?: number | undefined;
  /** Seed of the first image, the others' follow; 0 if absent. */
  readonly seed?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly threads?: number | undefined;
  /** Layers below so many dB of signal to noise stay float32; 33 if absent. */
  readonly minimum?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each evaluation of the network. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A layer, what it would lose in 8 bits, and whether it is in 8 bits. */
export interface QuantizedLayerReport {
  /** Name of its weight. */
  readonly name: string;
  /** Signal to noise of its output, its input being exact. */
  readonly decibels: number;
  readonly quantized: boolean;
}

/** Report of `quantize`. */
export interface QuantizeReport {
  readonly layers: readonly QuantizedLayerReport[];
}

const STEPS = 20;
/** On the default model it leaves x0 within 30 dB at all times. */
const MINIMUM = 33;

/**
 * Writes the weights of a model's U-Net and decoder in 8 bits, with ranges found by making images: a first pass observes what
 * layers read and give, a second how much each loses. @throws AquatintError where the model or an option is wrong.
 */
export async function quantize(options: QuantizeOptions): Promise<QuantizeReport> {
  const { out, prompts, minimum = MINIMUM } = options;
  if (!out.endsWith(".safetensors")) {
    throw new AquatintError("quantized/name", `the quantized file is called ${out}, expected a name in .safetensors`, {
      hint: "for example --out model-int8.safetensors",
    });
  }
  if (prompts.length === 0)
    throw new AquatintError("quantized/prompts", "there are no prompts to find ranges with", {
      hint: "give a file with a prompt in each line, or none for 8 prompts",
    });
  const model = await openTextToImage(options.model, { variant: options.variant });
  refuseQuantized(model);
  await refuseOverwriting(model, out);
  const plans = await Promise.all(prompts.map((prompt, i) => planOf(model, prompt, { ...options, offset: i })));
  const { layers: ranges, noise } = await calibrate(model, plans, options);
  const report = Array.from(ranges.keys(), (name) => {
    const loss = decibels(lookup(noise, name));
    return { name, decibels: loss, quantized: loss >= minimum };
  });
  const layers = new Map<string, LayerRanges>();
  for (const { name, quantized } of report) if (quantized) layers.set(name, lookup(ranges, name));
  await makeFolder(dirname(out)).catch((cause: unknown) => {
    throw fileError("write", out, cause);
  });
  await writeQuantized(out, { weights: weightsOf(model, layers), layers });
  return { layers: report };
}

function refuseQuantized({ name, locations }: TextToImageModel): void {
  if (![...locations.values()].some(({ quantized }) => quantized)) return;
  throw new AquatintError("quantized/twice", `${name} is in 8 bits already`, { hint: "name its float weights" });
}

/** The file has weights of some networks only, so that it cannot stand in for a file of the model. */
async function refuseOverwriting({ locations }: TextToImageModel, out: string): Promise<void> {
  const file = await realpath(out).catch(() => undefined);
  if (file === undefined) return;
  const sources = new Set(Array.from(locations.values(), (location) => location.file.path ?? ""));
  const paths = await Promise.all(Array.from(sources, (path) => realpath(path).catch(() => path)));
  if (!paths.includes(file)) return;
  throw new AquatintError("quantized/overwrite", `${out} is a file of the model itself`, {
    hint: "choose another name: the model's own weights are still needed",
  });
}

function planOf(
  model: TextToImageModel,
  prompt: string,
  { steps = STEPS, seed = 0, width, height, offset }: QuantizeOptions & { readonly offset: number },
): Promise<TextToImagePlan> {
  return planTextToImage(model, { prompt, steps, seed: (seed + offset) as Seed, width, height });
}

/** All weights of the networks that have layers in 8 bits. */
function weightsOf(
  { locations }: TextToImageModel,
  layers: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, TensorLocation> {
  const network = (name: string) => name.slice(0, name.indexOf("."));
  const networks = new Set(Array.from(layers.keys(), network));
  return new Map(Array.from(locations).filter(([name]) => networks.has(network(name))));
}

/** Ranges of the layers over all images, and their noise over those of the first prompt. */
async function calibrate(
  model: TextToImageModel,
  plans: readonly TextToImagePlan[],
  { threads, signal, onProgress }: QuantizeOptions,
) {
  const noisePlans = plans.slice(0, 1);
  const total = [...plans, ...noisePlans].reduce((sum, plan) => sum + stepCount(plan), 0);
  let done = 0;
  const pass = async (runtime: Runtime, observer: ProgramObserver, observed: readonly TextToImagePlan[]) => {
    const binding = await model.binding();
    await using network = openNetwork(runtime, { parts: { modules: model.modules, ...binding, observer } });
    const networks = network.forGeneration(() => {});
    for (const plan of observed) {
      for await (const event of textToImage(networks, plan, { signal })) {
        if (event.type === "evaluation") onProgress?.(Math.min(++done, total), total);
      }
    }
  };
  await using runtime = await nodeRuntime({ threads });
  const ranges = rangeObserver(mayQuantize);
  await pass(runtime, ranges.observer, plans);
  const noise = noiseObserver(ranges.layers);
  await pass(runtime, noise.observer, noisePlans);
  return { layers: ranges.layers, noise: noise.layers };
}

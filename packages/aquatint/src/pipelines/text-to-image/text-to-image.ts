import { checkedFinite } from "../../diffusion/finite.ts";
import { type Latent, rowsOf } from "../../diffusion/process/latent.ts";
import type { Level } from "../../diffusion/process/level.ts";
import { batchNoise } from "../../diffusion/samplers/loop.ts";
import { type Image, tensorToImages } from "../../formats/image/image.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import type { Seed } from "../../math/random.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import { encodedConditioning } from "../conditioning/conditions.ts";
import { controlInputs } from "../network/controlnet-inputs.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { Previewer } from "../preview/preview.ts";
import type { Canvas } from "./canvas.ts";
import { denoise } from "./denoise.ts";
import { initialLatents } from "./initial-latents.ts";
import { type NoiseStreams, noiseStreams } from "./noise.ts";
import { stepCount, type TextToImagePlan } from "./plan.ts";

/** One evaluation of the network for one image: its input, its level and its estimate of the data. */
export interface EvaluationEvent {
  readonly type: "evaluation";
  /** Index of the image in the batch, from 0. */
  readonly row: number;
  /** Step of the n steps that are run, from 0. */
  readonly i: number;
  readonly n: number;
  readonly level: Level;
  /** The number by which the network knows the level. */
  readonly timestep: number;
  /** Input of the network, scaled for it, and its estimate of the data: [c, h, w]. */
  readonly x: Latent;
  readonly x0: Latent;
  /** The latent after this evaluation, in the scheduler's coordinates. */
  readonly latent: Latent;
  /** True for the last evaluation of a step. */
  readonly final: boolean;
  /** True if a step cache estimated it, without a call of the network. */
  readonly estimated: boolean;
  /** x and x0 as images, in the steps of `previews`. */
  readonly images?: { readonly x: Image; readonly x0: Image };
  /** A small image of x0, at the end of a step, where a previewer is used. */
  readonly preview?: Image;
}
/** A finished image. */
export interface ImageEvent {
  readonly type: "image";
  readonly seed: Seed;
  readonly image: Image;
}
/** An event of `textToImage`. */
export type TextToImageEvent = EvaluationEvent | ImageEvent;

/** Options of `textToImage`. */
export interface TextToImageRun {
  readonly signal?: AbortSignal | undefined;
  /** Steps whose evaluations carry images, from 0. */
  readonly previews?: ReadonlySet<number> | undefined;
  /** Makes the small image that comes with the end of each step; none if absent. */
  readonly previewer?: Previewer | undefined;
  /** The seed of each image of the batch; the plan's seed for one image if absent. */
  readonly seeds?: readonly Seed[] | undefined;
  /** Random numbers of each image; those of its seed if absent. */
  readonly noiseStreams?: readonly NoiseStreams[] | undefined;
}

/** Makes a batch of images of the prompt from noise; yields every evaluation, then the images. */
export async function* textToImage(
  network: TextToImageNetwork,
  plan: TextToImagePlan,
  run: TextToImageRun = {},
): AsyncGenerator<TextToImageEvent, void, void> {
  const { hiresFix } = plan;
  const small: Image[] = [];
  const more = hiresFix ? stepCount(hiresFix) : 0;
  let before = 0;
  for await (const event of singlePass(network, plan, run)) {
    if (event.type === "evaluation") before = event.n;
    if (!hiresFix) yield event;
    else if (event.type === "image") small.push(event.image);
    else yield { ...event, n: event.n + more };
  }
  if (!hiresFix) return;
  // the same as image-to-image of the image as it would have been written
  const { fittedPlanes } = await import("../../formats/image/resize.ts");
  const inits = small.map((image) => fittedPlanes(image, hiresFix).data);
  const previews = new Set(Array.from(run.previews ?? [], (i) => i - before));
  for await (const event of singlePass(network, hiresFix, { ...run, previews, inits })) {
    yield event.type === "image" ? event : { ...event, i: event.i + before, n: event.n + before };
  }
}

interface PassOptions extends TextToImageRun {
  /** The image that each starts from, [3, height, width] in -1 .. 1; the plan's if absent. */
  readonly inits?: readonly Float32Array[];
}

/** The events of a plan without its hires fix. */
async function* singlePass(
  network: TextToImageNetwork,
  plan: TextToImagePlan,
  { signal, previews, previewer, inits, seeds = [plan.seed], ...options }: PassOptions,
): AsyncGenerator<TextToImageEvent, void, void> {
  // what follows but the conditions knows nothing of the prompt
  const { prompt, negative, conditioning, hiresFix, ...canvas } = plan;
  const { latentShape, begin } = canvas;
  const streams = options.noiseStreams ?? seeds.map((seed) => noiseStreams({ ...canvas, seed }, sizeOf(latentShape)));
  const rows = streams.length;
  const starts = streams.map(({ start }) => start);
  const initial = await initialLatents(canvas, { network, streams: starts, inits, signal });
  const steps = denoise(network, {
    ...canvas,
    ...initial,
    rows,
    ...{ cfgBatch: conditioning.cfgBatch, weights: conditioning.weights },
    conditions: await encodedConditioning(network, conditioning, { rows, signal }),
    controls: controlInputs(canvas),
    noise: batchNoise(streams.map(({ noise }) => noise)),
    signal,
  });
  const decode = decoder(network, canvas, signal);
  let last = initial.x;
  for await (const step of steps) {
    last = step.x;
    const { level, timestep, final, estimated } = step;
    const [i, n] = [step.i - begin, step.n - begin];
    const [inputs, estimates, results] = [rowsOf(step.input, rows), rowsOf(step.x0, rows), rowsOf(step.x, rows)];
    for (let row = 0; row < rows; row++) {
      const latents = { x: itemAt(inputs, row), x0: itemAt(estimates, row), latent: itemAt(results, row) };
      const images = previews?.has(i) && { images: await decodedPair(decode, latents) };
      const preview = final && previewer && { preview: await previewer(latents.x0, latentShape) };
      yield { type: "evaluation", row, i, n, level, timestep, ...latents, final, estimated, ...images, ...preview };
    }
  }
  for (const [row, x] of rowsOf(last, rows).entries()) {
    yield { type: "image", seed: seeds[row] ?? plan.seed, image: itemAt(await decode([x]), 0) };
  }
}

type Decode = (latents: readonly Latent[]) => Promise<readonly Image[]>;

/** Decodes latents of a plan. */
const decoder =
  (network: TextToImageNetwork, { latentShape, width, height }: Canvas, signal: AbortSignal | undefined): Decode =>
  async (latents) => {
    for (const latent of latents) checkedFinite(latent, () => ({ cause: "step", what: "the latent to be decoded" }));
    const decoded = await network.decode(float32([latents.length, ...latentShape], concatFloat32(latents)), { signal });
    checkedFinite(decoded, () => ({ cause: "decoder", what: "the decoded image of a finite latent" }));
    return tensorToImages(decoded, { width, height });
  };

async function decodedPair(decode: Decode, { x, x0 }: { readonly x: Latent; readonly x0: Latent }) {
  const images = await decode([x, x0]);
  return { x: itemAt(images, 0), x0: itemAt(images, 1) };
}

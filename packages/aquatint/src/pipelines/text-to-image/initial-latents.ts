import { checkedFinite } from "../../diffusion/finite.ts";
import { noised } from "../../diffusion/process/forward.ts";
import { type Latent, lin, mapRows } from "../../diffusion/process/latent.ts";
import type { Projection } from "../../diffusion/scheduler.ts";
import { AquatintError } from "../../errors.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import type { NormalStream } from "../../math/random.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt, required } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { TextToImagePlan } from "./plan.ts";

/** A plan without its prompts. */
export type Canvas = Omit<TextToImagePlan, "prompt" | "negative" | "conditioning" | "hiresFix">;

/** The start of a batch, of `rows` images. */
export interface InitialLatents {
  /** [rows, c, h, w] at the plan's level `begin`, in the scheduler's coordinates. */
  readonly x: Latent;
  /** Keeps what the mask does not paint, where the network does not see it. */
  readonly project?: Projection | undefined;
  /** Mask and masked image, [rows, 1 + c, h, w], which an inpainting U-Net sees beside x. */
  readonly inpaintingChannels?: Latent | undefined;
}

/** Options of `initialLatents`. */
export interface InitialLatentsOptions {
  readonly network: TextToImageNetwork;
  /** A stream of random numbers for each image. */
  readonly streams: readonly NormalStream[];
  /** The image that each starts from, [3, height, width] in -1 .. 1; the plan's if absent. */
  readonly inits?: readonly Float32Array[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Draws the initial latents of a batch: noise, or `init` with the noise of the first level; and what its mask keeps. */
export async function initialLatents(plan: Canvas, options: InitialLatentsOptions): Promise<InitialLatents> {
  const { network, streams, inits, signal } = options;
  const images: InitialLatent[] = [];
  for (const [k, stream] of streams.entries()) {
    images.push(await initialLatent(plan, { network, stream, signal, init: inits?.[k] ?? plan.init }));
  }
  const channels = images.flatMap(({ inpaintingChannels = [] }) => inpaintingChannels);
  return {
    x: concatFloat32(images.map(({ x }) => x)),
    ...(plan.mask && !plan.isInpainting && { project: projectRows(images) }),
    ...(channels.length > 0 && { inpaintingChannels: concatFloat32(channels) }),
  };
}

/** The start of one image. */
interface InitialLatent {
  readonly x: Latent;
  readonly project?: Projection;
  readonly inpaintingChannels?: readonly Latent[];
}

const projectRows =
  (images: readonly InitialLatent[]): Projection =>
  (x, level) =>
    mapRows(x, images.length, (row, k) => required(itemAt(images, k).project, "projection")(row, level));

interface ImageContext {
  readonly network: TextToImageNetwork;
  /** Gives random numbers in the order of diffusers: for `init`, the start, the masked image. */
  readonly stream: NormalStream;
  readonly init: Float32Array | undefined;
  readonly signal: AbortSignal | undefined;
}

async function initialLatent(plan: Canvas, context: ImageContext): Promise<InitialLatent> {
  const { mask, isInpainting, strength, levels, begin } = plan;
  const { init, stream } = context;
  const encode = encoderOf(plan, context);
  const fromNoise = init === undefined || (mask !== undefined && strength === 1);
  const original = init && !(isInpainting && fromNoise) ? await encode(init) : undefined;
  const eps = await startNoise(plan, stream);
  const x =
    fromNoise || !original
      ? lin([plan.scheduler.initialNoiseScale(plan.scheduler.path(plan.steps)), eps])
      : noised(itemAt(levels, begin), { x0: original, eps });
  if (!mask || !init) return { x };
  const cells = latentMask(mask, plan);
  const masked = init.map((v, i) => (mask[i % mask.length] === 1 ? 0 : v));
  if (isInpainting) return { x, inpaintingChannels: [cells, await encode(masked)] };
  // diffusers encodes the masked image, too, and so takes its random numbers from the stream
  if (context.network.posterior) stream.randn(sizeOf(plan.latentShape));
  return { x, project: keepUnmasked({ cells, original: required(original, "original"), eps }) };
}

/** Standard normals of an image's start, with those of its variation mixed in. */
async function startNoise({ latentShape, variation, rng }: Canvas, stream: NormalStream): Promise<Latent> {
  const noise = stream.randn(sizeOf(latentShape));
  if (!variation) return noise;
  const { variedNoise } = await import("./variation.ts");
  return variedNoise(noise, { variation, rng, shape: latentShape });
}

/** Encodes an image [3, height, width], drawing from the autoencoder's posterior where there is one. */
const encoderOf =
  ({ width, height, latentShape }: Canvas, { network, stream, signal }: ImageContext) =>
  async (values: Float32Array): Promise<Latent> => {
    checkedFinite(values, () => ({ cause: "start", what: "the first image" }));
    const shape = [1, ...latentShape];
    const noise = network.posterior ? stream.randn(sizeOf(shape)) : new Float32Array(0);
    const image = float32([1, 3, height, width], values);
    const latent = await network.encodeImage(image, float32(shape, noise), { signal });
    return checkedFinite(latent, () => ({
      cause: "encoder",
      what: "the autoencoder's latent of a finite first image",
    }));
  };

/**
 * A mask of the latent's size, [h, w]: of each cell its first pixel, as diffusers takes it.
 * @throws AquatintError "generate/mask" where that leaves nothing to paint.
 */
function latentMask(mask: Float32Array, { width, latentShape: [, h, w] }: Canvas): Float32Array {
  const factor = width / w;
  const at = (i: number) => itemAt(mask, Math.floor(i / w) * factor * width + (i % w) * factor);
  const cells = Float32Array.from({ length: h * w }, (_, i) => at(i));
  if (cells.includes(1)) return cells;
  const message = `the mask is dark at each of the latent's places, which are ${factor} pixels apart`;
  throw new AquatintError("generate/mask", message, { hint: `paint strokes of at least ${factor} pixels` });
}

interface Unmasked {
  /** [h, w]: 1 where to paint, else 0. */
  readonly cells: Float32Array;
  readonly original: Latent;
  readonly eps: Latent;
}

/** Keeps the original, with its initial noise at the level, where nothing is painted (Lugmayr et al. 2022). */
const keepUnmasked =
  ({ cells, original, eps }: Unmasked): Projection =>
  (x, level) => {
    const unmasked = noised(level, { x0: original, eps });
    return x.map((v, i) => (cells[i % cells.length] === 1 ? v : itemAt(unmasked, i)));
  };

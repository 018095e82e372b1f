import { checkedFinite } from "../../diffusion/finite.ts";
import { noised } from "../../diffusion/process/forward.ts";
import type { Latent } from "../../diffusion/process/latent.ts";
import type { Projection } from "../../diffusion/scheduler.ts";
import { AquatintError } from "../../errors.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import type { NormalStream } from "../../math/random.ts";
import { itemAt, required } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { type Canvas, type InitialLatent, scaledNoise } from "./canvas.ts";

interface ImageContext {
  readonly network: TextToImageNetwork;
  /** Gives random numbers in the order of diffusers: for `init`, the start, the masked image. */
  readonly stream: NormalStream;
  readonly init: Float32Array;
  /** Draws the noise of the start. */
  readonly noise: () => Promise<Latent>;
  readonly signal: AbortSignal | undefined;
}

/** The start of an image that begins with another, in whole or outside of its mask. */
export async function imageLatent(plan: Canvas, context: ImageContext): Promise<InitialLatent> {
  const { mask, isInpainting, strength, levels, begin } = plan;
  const { init, stream } = context;
  const encode = encoderOf(plan, context);
  const fromNoise = mask !== undefined && strength === 1;
  const original = isInpainting && fromNoise ? undefined : await encode(init);
  const eps = await context.noise();
  const x = fromNoise || !original ? scaledNoise(plan, eps) : noised(itemAt(levels, begin), { x0: original, eps });
  if (!mask) return { x };
  const cells = latentMask(mask, plan);
  const masked = init.map((v, i) => (mask[i % mask.length] === 1 ? 0 : v));
  if (isInpainting) return { x, inpaintingChannels: [cells, await encode(masked)] };
  // diffusers encodes the masked image, too, and so takes its random numbers from the stream
  if (context.network.posterior) stream.randn(sizeOf(plan.latentShape));
  return { x, project: keepUnmasked({ cells, original: required(original, "original"), eps }) };
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

import { type Latent, mapRows } from "../../diffusion/process/latent.ts";
import type { Projection } from "../../diffusion/scheduler.ts";
import { sizeOf } from "../../graph/types.ts";
import type { NormalStream } from "../../math/random.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt, required } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { type Canvas, type InitialLatent, scaledNoise } from "./canvas.ts";

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
    const init = inits?.[k] ?? plan.init;
    const noise = () => startNoise(plan, stream);
    images.push(
      init === undefined
        ? { x: scaledNoise(plan, await noise()) }
        : await (await import("./image-latents.ts")).imageLatent(plan, { network, stream, signal, init, noise }),
    );
  }
  const channels = images.flatMap(({ inpaintingChannels = [] }) => inpaintingChannels);
  return {
    x: concatFloat32(images.map(({ x }) => x)),
    ...(plan.mask && !plan.isInpainting && { project: projectRows(images) }),
    ...(channels.length > 0 && { inpaintingChannels: concatFloat32(channels) }),
  };
}

const projectRows =
  (images: readonly InitialLatent[]): Projection =>
  (x, level) =>
    mapRows(x, images.length, (row, k) => required(itemAt(images, k).project, "projection")(row, level));

/** Standard normals of an image's start, with those of its variation mixed in. */
async function startNoise({ latentShape, variation, rng }: Canvas, stream: NormalStream): Promise<Latent> {
  const noise = stream.randn(sizeOf(latentShape));
  if (!variation) return noise;
  const { variedNoise } = await import("./variation.ts");
  return variedNoise(noise, { variation, rng, shape: latentShape });
}

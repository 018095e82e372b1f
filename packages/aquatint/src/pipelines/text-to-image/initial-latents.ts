import { checkedFinite } from "../../diffusion/finite.ts";
import { noised } from "../../diffusion/process/forward.ts";
import { type Latent, lin } from "../../diffusion/process/latent.ts";
import type { Projection } from "../../diffusion/scheduler.ts";
import { AquatintError } from "../../errors.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import type { NormalStream } from "../../math/random.ts";
import { concatFloat32 } from "../../util/concat.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { TextToImagePlan } from "./text-to-image.ts";

/** What a walk begins with and what holds it. */
export interface Beginning {
  /** At the plan's level `begin`, in the scheduler's coordinates. */
  readonly x: Latent;
  /** Where the network does not see what is to be kept, the walk is held to it. */
  readonly project?: Projection;
  /** What the network sees beside x in channels of its own: the mask, and the picture without what is painted over. */
  readonly beside?: Latent;
}

/** What a beginning is made with. */
export interface BeginningContext {
  readonly network: TextToImageNetwork;
  /** Gives the picture's random numbers in diffusers' order: the autoencoder's of `init`, the start, those of the masked picture. */
  readonly start: NormalStream;
  readonly signal?: AbortSignal | undefined;
}

/** Draws the start of a picture: noise, or `init` with the noise of the first level; and what a mask keeps of it. */
export async function beginningOf(plan: TextToImagePlan, context: BeginningContext): Promise<Beginning> {
  const { init, mask, paints, strength, levels, begin } = plan;
  const encoded = encoderOf(plan, context);
  const fromNoise = init === undefined || (mask !== undefined && strength === 1);
  const original = init && !(paints && fromNoise) ? await encoded(init) : undefined;
  const eps = context.start.randn(sizeOf(plan.latentShape));
  const x =
    fromNoise || !original
      ? lin([plan.scheduler.initialNoiseScale(plan.scheduler.path(plan.steps)), eps])
      : noised(levels[begin]!, { x0: original, eps });
  if (!mask || !init) return { x };
  const places = latentMask(mask, plan);
  const shown = init.map((v, i) => (mask[i % mask.length]! === 1 ? 0 : v));
  if (paints) {
    const kept = await encoded(shown);
    return { x, beside: concatFloat32([places, kept]) };
  }
  // diffusers encodes the masked picture, too, and so takes its random numbers from the stream
  if (context.network.posterior) context.start.randn(sizeOf(plan.latentShape));
  return { x, project: holding({ places, original: original!, eps }) };
}

/** A picture [3, height, width] as the U-Net wants it, drawn from the autoencoder's posterior where there is one. */
const encoderOf =
  ({ width, height, latentShape }: TextToImagePlan, { network, start, signal }: BeginningContext) =>
  async (values: Float32Array): Promise<Latent> => {
    checkedFinite(values, () => ({ cause: "start", what: "the first image" }));
    const picture: HostTensor = { dtype: "float32", shape: [1, 3, height, width], data: values };
    const shape = [1, ...latentShape];
    const noise = network.posterior ? start.randn(sizeOf(shape)) : new Float32Array(0);
    const latent = await network.encodePicture(picture, { dtype: "float32", shape, data: noise }, { signal });
    return checkedFinite(latent, () => ({
      cause: "encoder",
      what: "the autoencoder's latent of a finite first image",
    }));
  };

/** A mask at the places of the latent, [h, w]: of each place its first pixel, as diffusers takes it. @throws AquatintError "generate/mask" where that leaves nothing to paint. */
function latentMask(mask: Float32Array, { width, latentShape: [, h, w] }: TextToImagePlan): Float32Array {
  const factor = width / w;
  const at = (i: number) => mask[Math.floor(i / w) * factor * width + (i % w) * factor]!;
  const places = Float32Array.from({ length: h * w }, (_, i) => at(i));
  if (places.includes(1)) return places;
  const found = `the mask is dark at each of the latent's places, which are ${factor} pixels apart`;
  throw new AquatintError("generate/mask", found, { hint: `paint strokes of at least ${factor} pixels` });
}

interface Held {
  readonly places: Float32Array;
  readonly original: Latent;
  readonly eps: Latent;
}
/** Keeps the original, with the walk's own noise of the level, where nothing is painted. */
const holding =
  ({ places, original, eps }: Held): Projection =>
  (x, level) => {
    const known = noised(level, { x0: original, eps });
    return x.map((v, i) => (places[i % places.length] === 1 ? v : known[i]!));
  };

import type { LatentFacts } from "../../../data/dataset.ts";
import { AquatintError } from "../../../errors.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { type HostTensor, type HostTensors, type Shape, sizeOf } from "../../../graph/types.ts";
import type { RandomStream } from "../../../math/random.ts";
import { type Autoencoder, downsampling, samplePosterior, scaleLatent } from "../../../models/autoencoder/index.ts";
import { input } from "../../../ops/leaves.ts";
import type { PipelineComponents } from "../../../pipelines/model/components.ts";
import type { LatentKind } from "./config.ts";

/** Space that a U-Net denoises: images themselves, or their latents. */
export interface TrainingLatents {
  /** Shape of one sample: [c, h, w]. */
  readonly sample: Shape;
  /** A batch of n samples in a graph, from what `feeds` gives. */
  x0(n: number): Tensor;
  /** The feeds of images, Float32 [n, 3, H, W] in -1 .. 1. */
  feeds(images: Float32Array, draws: RandomStream): HostTensors;
}

/** Options of a training space. */
export interface TrainingLatentsInput {
  readonly modules: Pick<PipelineComponents, "posterior" | "vae">;
  /** Height and width of the images in pixels. */
  readonly size: readonly [height: number, width: number];
  readonly latents: LatentKind;
  /** Facts about the latents in the data, where it holds no images. */
  readonly facts?: LatentFacts | undefined;
}

/**
 * The space of a model: latents where it has an autoencoder, which encodes within the training step, else pixels.
 * @throws AquatintError "config/value" for an autoencoder that gives latents themselves (TAESD), "config/dataset" where the
 * data holds latents of another autoencoder.
 */
export function trainingLatents({
  modules: { posterior, vae },
  size,
  latents,
  facts,
}: TrainingLatentsInput): TrainingLatents {
  if (facts) return encodedLatents(facts, posterior);
  if (posterior) return vaeLatents(posterior, { size, latents });
  if (!vae) return pixels(size);
  throw new AquatintError("config/value", "the model's autoencoder gives no distributions to draw latents from", {
    hint: "train on the latents of an AutoencoderKL",
  });
}

const float = (data: Float32Array, shape: Shape): HostTensor => ({ dtype: "float32", shape, data });
const feed = (name: string, shape: Shape) => input({ name, dtype: "float32", shape });

function pixels(size: TrainingLatentsInput["size"]): TrainingLatents {
  const sample = [3, ...size];
  return {
    sample,
    x0: (n) => feed("x0", [n, ...sample]),
    feeds: (images) => ({ x0: float(images, [images.length / sizeOf(sample), ...sample]) }),
  };
}

/** Latents that were encoded before. */
function encodedLatents({ shape: sample, scalingFactor }: LatentFacts, vae: Autoencoder | undefined): TrainingLatents {
  if (vae?.config.scaling_factor !== scalingFactor || vae.config.latent_channels !== sample[0]) {
    throw new AquatintError("config/dataset", "the data set holds latents of another autoencoder than the model's", {
      hint: 'name the autoencoder in "model.vae" that aquatint encode was given, or encode again',
    });
  }
  return {
    sample,
    x0: (n) => scaleLatent(feed("latents", [n, ...sample]), vae.config),
    feeds: (values) => ({ latents: float(values, [values.length / sizeOf(sample), ...sample]) }),
  };
}

function vaeLatents(vae: Autoencoder, { size, latents }: Omit<TrainingLatentsInput, "modules">): TrainingLatents {
  const image = [3, ...size];
  const sample = [vae.config.latent_channels, ...size.map((side) => side / downsampling(vae.config))];
  return {
    sample,
    x0(n) {
      const posterior = vae.encode(feed("images", [n, ...image]));
      const drawn = latents === "mean" ? posterior.mean : samplePosterior(posterior, feed("z", [n, ...sample]));
      return scaleLatent(drawn, vae.config);
    },
    feeds(images, draws) {
      const n = images.length / sizeOf(image);
      const z = latents === "sample" && { z: float(draws.randn(n * sizeOf(sample)), [n, ...sample]) };
      return { images: float(images, [n, ...image]), ...z };
    },
  };
}

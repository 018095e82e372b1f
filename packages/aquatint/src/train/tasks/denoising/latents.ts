import type { LatentFacts } from "../../../data/dataset.ts";
import { AquatintError } from "../../../errors.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { type HostTensor, type HostTensors, type Shape, sizeOf } from "../../../graph/types.ts";
import type { RandomStream } from "../../../math/random.ts";
import { type Autoencoder, downsampling, samplePosterior, scaleLatent } from "../../../models/autoencoder/index.ts";
import { input } from "../../../ops/leaves.ts";
import { reshape } from "../../../ops/shape.ts";
import type { PipelineComponents } from "../../../pipelines/model/components.ts";
import type { LatentKind } from "./config.ts";

/** Space that a U-Net denoises: images themselves, or their latents. */
export interface TrainingLatents {
  /** Shape of one sample: [c, h, w], or [frames, c, h, w] of clips. */
  readonly sample: Shape;
  /** A batch of n samples in a graph, from what `feeds` gives. */
  x0(n: number): Tensor;
  /** The feeds of images, Float32 [n, 3, H, W] in -1 .. 1, or of clips [n, frames, 3, H, W]. */
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
  /** Frames of a clip, where the data holds clips. */
  readonly frames?: number | undefined;
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
  frames,
}: TrainingLatentsInput): TrainingLatents {
  const form = formOf(frames);
  if (facts) return encodedLatents(facts, posterior, form);
  if (posterior) return vaeLatents(posterior, { size, latents, form });
  if (!vae) return pixels(size, form);
  throw new AquatintError("config/value", "the model's autoencoder gives no distributions to draw latents from", {
    hint: "train on the latents of an AutoencoderKL",
  });
}

/** The form of samples: images are rows of a batch, and so are the frames of clips. */
interface SampleForm {
  sample(row: Shape): Shape;
  /** Rows that are fed as n samples. */
  input(name: string, n: number, row: Shape): Tensor;
  /** Rows as n samples. */
  samples(rows: Tensor, n: number): Tensor;
  /** Values as the samples that they are. */
  feed(values: Float32Array, row: Shape): HostTensor;
}

function formOf(frames: number | undefined): SampleForm {
  const sample = (row: Shape): Shape => (frames === undefined ? row : [frames, ...row]);
  const feed = (name: string, shape: Shape) => input({ name, dtype: "float32", shape });
  return {
    sample,
    input(name, n, row) {
      const x = feed(name, [n, ...sample(row)]);
      return frames === undefined ? x : reshape(x, { shape: [n * frames, ...row] });
    },
    samples: (rows, n) => (frames === undefined ? rows : reshape(rows, { shape: [n, ...sample(rows.shape.slice(1))] })),
    feed: (data, row) => ({ dtype: "float32", shape: [data.length / sizeOf(sample(row)), ...sample(row)], data }),
  };
}

function pixels(size: TrainingLatentsInput["size"], form: SampleForm): TrainingLatents {
  const image = [3, ...size];
  return {
    sample: form.sample(image),
    x0: (n) => form.samples(form.input("x0", n, image), n),
    feeds: (images) => ({ x0: form.feed(images, image) }),
  };
}

/** Latents that were encoded before. */
function encodedLatents(
  { shape, scalingFactor }: LatentFacts,
  vae: Autoencoder | undefined,
  form: SampleForm,
): TrainingLatents {
  if (vae?.config.scaling_factor !== scalingFactor || vae.config.latent_channels !== shape[0]) {
    throw new AquatintError("config/dataset", "the data set holds latents of another autoencoder than the model's", {
      hint: 'name the autoencoder in "model.vae" that aquatint encode was given, or encode again',
    });
  }
  return {
    sample: form.sample(shape),
    x0: (n) => form.samples(scaleLatent(form.input("latents", n, shape), vae.config), n),
    feeds: (values) => ({ latents: form.feed(values, shape) }),
  };
}

interface VaeInput extends Pick<TrainingLatentsInput, "size" | "latents"> {
  readonly form: SampleForm;
}

function vaeLatents(vae: Autoencoder, { size, latents, form }: VaeInput): TrainingLatents {
  const image = [3, ...size];
  const latent = [vae.config.latent_channels, ...size.map((side) => side / downsampling(vae.config))];
  return {
    sample: form.sample(latent),
    x0(n) {
      const posterior = vae.encode(form.input("images", n, image));
      const drawn = latents === "mean" ? posterior.mean : samplePosterior(posterior, form.input("z", n, latent));
      return form.samples(scaleLatent(drawn, vae.config), n);
    },
    feeds(images, draws) {
      const feed = form.feed(images, image);
      const count = (images.length / sizeOf(image)) * sizeOf(latent);
      const z = latents === "sample" && { z: form.feed(draws.randn(count), latent) };
      return { images: feed, ...z };
    },
  };
}

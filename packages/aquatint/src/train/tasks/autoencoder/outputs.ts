import type { Dataset } from "../../../data/dataset.ts";
import { imageStrip, tensorToImages } from "../../../formats/image/image.ts";
import { float32Data } from "../../../graph/host-tensor.ts";
import { sizeOf } from "../../../graph/types.ts";
import { squaredDistance } from "../../../math/vector.ts";
import { type Autoencoder, downsampling } from "../../../models/autoencoder/index.ts";
import { input } from "../../../ops/leaves.ts";
import { encodeComponent } from "../../../pipelines/model/encode-folder.ts";
import { fitLatentRgb, LATENT_RGB_KEY } from "../../../pipelines/preview/preview.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { itemAt } from "../../../util/items.ts";
import type { TaskOutputs, TrainedWeights } from "../../loop/task.ts";
import { inChunks } from "../in-chunks.ts";
import { evaluationSamples } from "../sources.ts";
import type { AutoencoderTaskConfig } from "./config.ts";

/** Images that one run of a program takes. */
const CHUNK = 16;
/** Images whose latents the scaling factor and the map for previews are measured on. */
const MEASURED = 256;

interface OutputsInput {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly vae: Autoencoder;
  /** The scaling factor is measured where it has none. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: TrainedWeights;
}

/** Reconstructions of held-out images, their PSNR, and the autoencoder's folder in float16. */
export function autoencoderOutputs({ evaluation, samples }: AutoencoderTaskConfig, input: OutputsInput): TaskOutputs {
  const { dataset, vae, config, weights } = input;
  const coder = coderOf(input);
  const [height, width] = dataset.size;
  const show = async (count: number) => {
    const { images } = await evaluationSamples(dataset, count);
    const rows = [images, (await coder.code(images)).reconstruction];
    return [imageStrip(rows.map((row) => tensorToImages(row, { width, height })))];
  };
  return {
    ...(samples && { samples: () => show(samples.images) }),
    async evaluate() {
      const { images } = await evaluationSamples(dataset, evaluation.images);
      const { reconstruction, mean, logVariance } = await coder.code(images);
      const size = images.length / evaluation.images;
      return { psnr: meanPsnr(images, reconstruction, size), latent_deviation: deviation(mean, logVariance) };
    },
    async modelFiles() {
      const { images } = await evaluationSamples(dataset, MEASURED);
      const { mean, logVariance } = await coder.code(images);
      const { scaling_factor = measuredFactor(mean, logVariance) } = config;
      const entries = Array.from(await weights.read()).filter(([name]) => name.startsWith("vae."));
      const content = new Map(entries.map(([name, value]) => [name.slice("vae.".length), value]));
      const look = latentRgbOf({
        images,
        mean,
        size: dataset.size,
        factor: downsampling(vae.config),
        scaling_factor: Number(scaling_factor),
      });
      const fullConfig = { ...config, scaling_factor, [LATENT_RGB_KEY]: look };
      return new Map(encodeComponent({ folder: "", className: "AutoencoderKL", config: fullConfig, weights: content }));
    },
    [Symbol.asyncDispose]: coder.dispose,
  };
}

/** Factor that scales latents to a deviation of 1, five digits of it. */
const measuredFactor = (mean: Float32Array, logVariance: Float32Array): number =>
  Number((1 / deviation(mean, logVariance)).toPrecision(5));

/** The autoencoder's outputs for images. */
interface Coded {
  readonly reconstruction: Float32Array;
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

interface Looked {
  /** [n, 3, H, W] */
  readonly images: Float32Array;
  /** Their latents' means, [n, c, H / factor, W / factor], before they are scaled. */
  readonly mean: Float32Array;
  readonly size: readonly [height: number, width: number];
  readonly factor: number;
  readonly scaling_factor: number;
}

/** Map from scaled latents to RGB, for previews. */
function latentRgbOf({ images, mean, size: [height, width], factor, scaling_factor }: Looked) {
  const pixels = shrunk(images, { width, factor });
  const plane = (height / factor) * (width / factor);
  const channels = mean.length / (pixels.length / 3);
  return fitLatentRgb({ latents: mean.map((z) => z * scaling_factor), pixels, channels, plane });
}

/** Rows of pixels, averaged over squares. */
function shrunk(values: Float32Array, { width, factor }: { readonly width: number; readonly factor: number }) {
  const small = new Float32Array(values.length / factor ** 2);
  const columns = width / factor;
  for (let i = 0; i < values.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    small[Math.floor(row / factor) * columns + Math.floor(column / factor)]! += values[i]! / factor ** 2;
  }
  return small;
}

/** Runs the autoencoder from the weights as they stand. */
function coderOf({ runtime, dataset, vae, weights: { state, parameters } }: OutputsInput) {
  const shape = [3, ...dataset.size];
  const trace = (n: number) => {
    const posterior = vae.encode(input({ name: "images", dtype: "float32", shape: [n, ...shape] }));
    return { reconstruction: vae.decode(posterior.mean), ...posterior };
  };
  const network = inChunks({ runtime, state, parameters, chunk: CHUNK, trace });
  return {
    async code(images: Float32Array): Promise<Coded> {
      const n = images.length / sizeOf(shape);
      const results = await network.run({ images: { dtype: "float32", shape: [n, ...shape], data: images } });
      const of = (name: keyof Coded) => float32Data(results[name]);
      return { reconstruction: of("reconstruction"), mean: of("mean"), logVariance: of("logVariance") };
    },
    dispose: () => network[Symbol.asyncDispose](),
  };
}

/** Mean peak signal-to-noise ratio in dB of images of `size` values in -1 .. 1, the reconstruction clamped. */
export function meanPsnr(images: Float32Array, reconstruction: Float32Array, size: number): number {
  const count = images.length / size;
  const clamped = reconstruction.map((value) => Math.min(1, Math.max(-1, value)));
  const psnr = Array.from({ length: count }, (_, k) => {
    const image = (values: Float32Array) => values.subarray(k * size, (k + 1) * size);
    const squared = squaredDistance(image(clamped), image(images));
    return 10 * Math.log10(4 / (squared / size));
  });
  return psnr.reduce((a, b) => a + b) / count;
}

/** Standard deviation of latents drawn from the posteriors, over all of their elements. */
export function deviation(mean: Float32Array, logVariance: Float32Array): number {
  const n = mean.length;
  let [sum, squares] = [0, 0];
  for (const [i, value] of mean.entries()) {
    sum += value;
    squares += value ** 2 + Math.exp(itemAt(logVariance, i));
  }
  return Math.sqrt(squares / n - (sum / n) ** 2);
}

import type { Model, ModelComponent } from "./types.ts";

/** The images that memory is estimated for. */
export interface Work {
  /** In pixels; what the model was trained at if absent. */
  readonly size?: Pick<WorkSize, "width" | "height"> | undefined;
  /** Images at a time. */
  readonly batch: number;
}

/** The same with a size. */
export interface WorkSize {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly batch: number;
}

/** Bytes that a run takes by an estimate: float32 weights of all networks, and the most that one network computes with at a time. */
export interface MemoryEstimate extends WorkSize {
  readonly weights: number;
  readonly activations: number;
  readonly total: number;
}

const FLOAT = 4;
/** Copies of a network's largest tensor that live at once: input, normalized, result, and the engine's own workspace. */
const LIVE = 4;
/** Pixels along each side for one place of a published autoencoder's latents. */
const PUBLISHED_FACTOR = 8;

const numbers = (value: unknown): readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === "number") ? value : [];
const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Number of parameters of a network. */
export const parameterCount = ({ weights }: ModelComponent): number =>
  Array.from(weights.values(), ({ shape }) => elements(shape)).reduce((a, b) => a + b, 0);

/** The memory that making such images takes, estimated from the shapes alone; undefined where there is no U-Net. */
export function memoryEstimate(checkpoint: Model, work: Work): MemoryEstimate | undefined {
  const { components } = checkpoint;
  const [unet, vae] = [components.get("unet"), components.get("vae")];
  if (!unet) return undefined;
  const weights = Array.from(components.values(), parameterCount).reduce((a, b) => a + b, 0) * FLOAT;
  const factor = vae ? 2 ** Math.max(0, numbers(vae.config["block_out_channels"]).length - 1) : factorOf(unet);
  const size: WorkSize = { ...(work.size ?? trainedSize(unet, factor)), batch: work.batch };
  const places = Math.ceil(size.width / factor) * Math.ceil(size.height / factor);
  const activations = Math.max(unetBytes(unet, places, 2 * size.batch), vae ? decoderBytes(vae, size) : 0);
  return { ...size, weights, activations, total: weights + activations };
}

/** Pixels that a U-Net was trained at, by its configuration; the diffusers classes' own default where it says nothing. */
function trainedSize({ config }: ModelComponent, factor: number) {
  const { sample_size: sampleSize = 64 } = config;
  const [height = 64, width = height] = typeof sampleSize === "number" ? [sampleSize] : numbers(sampleSize);
  return { width: width * factor, height: height * factor };
}

/** A U-Net without its autoencoder works on pixels where it takes their three channels, else on latents as published. */
const factorOf = ({ config }: ModelComponent): number => (config["in_channels"] === 3 ? 1 : PUBLISHED_FACTOR);

/** The tensors kept for the way up and what the widest level computes with; guidance doubles the batch. */
function unetBytes({ config }: ModelComponent, places: number, batch: number): number {
  const channels = numbers(config["block_out_channels"]);
  const layers = typeof config["layers_per_block"] === "number" ? config["layers_per_block"] : 2;
  let skips = 0;
  let largest = 0;
  for (const [level, c] of channels.entries()) {
    const area = places / 4 ** level;
    skips += (layers + 1) * c * area;
    // before the residual block the way up holds its input and the kept tensor side by side; scores are never kept whole
    largest = Math.max(largest, LIVE * 2 * c * area);
  }
  return (skips + largest) * batch * FLOAT;
}

/** The decoder is at its widest where it first reaches the full size. */
function decoderBytes({ config }: ModelComponent, { width, height, batch }: WorkSize): number {
  const [first = 0, second = first] = numbers(config["block_out_channels"]);
  return LIVE * Math.max(first, second) * width * height * batch * FLOAT;
}

import type { CompileOptions } from "../../compiler/compile.ts";
import type { WeightMemory } from "../../compiler/executable.ts";
import { sliceFeedForward } from "../../compiler/fuse/feed-forward.ts";
import { AquatintError } from "../../errors.ts";
import type { GraphMemory } from "../../graph/memory.ts";
import { type HostTensor, type Shape, sizeOf } from "../../graph/types.ts";
import { recordingRuntime } from "../../runtime/recorder.ts";
import type { Device, Runtime } from "../../runtime/types.ts";
import { itemAt, required } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { tiledNetwork } from "../vae/tiling.ts";

/** Plan of making images within a limit of memory. */
export interface MemoryPlan {
  /** The most bytes that the process takes, estimated from the shapes. */
  readonly bytes: number;
  readonly weightMemory: WeightMemory;
  /** Networks in memory: all of them, or one at a time. */
  readonly residency: "all" | "single";
  /** Places of the latent along each side of a tile of the autoencoder; whole images when absent. */
  readonly tile?: number;
}

/** The run that is planned, with nothing loaded. */
export interface DryRun {
  readonly width: number;
  readonly height: number;
  /** Pixels along each side for one place of the latent. */
  readonly factor: number;
  /** The networks on a runtime. */
  open(runtime: Runtime): TextToImageNetwork;
  /** Makes one image with them. */
  run(network: TextToImageNetwork): Promise<void>;
}

/** Options of a memory plan. */
export interface MemoryPlanOptions {
  /** Bytes that the process may take. */
  readonly budget: number;
  /** Bytes that it takes while nothing is loaded; asked after the rehearsals. */
  baseline(): number;
  /** Form of the weights; chosen when absent. */
  readonly weightMemory?: WeightMemory | undefined;
  /** Places of the latent along a tile at most, where the device computes no larger ones; any when absent. */
  readonly maxTile?: number | undefined;
  /** The run at this share of its width and height; undefined where no image is so small. */
  dryRun(scale: number): DryRun | undefined;
}

/** ONNX Runtime with its worker, and images on their way. */
const RUNTIME = 100e6;
/**
 * Memory of a program in multiples of its shapes' sizes, measured (docs/memory.md): kernels' packed copies beside what they were
 * made from, and the blocks of ONNX Runtime's arena, which grow by powers of two; mapped weights are held once.
 */
const overhead = {
  packed: { weights: 1.08, activations: 1.75 },
  mapped: { weights: 1, activations: 1.5 },
} as const satisfies Record<WeightMemory, object>;

/** A decoded image of float32, beside the program: its tiles overlap. */
const COPIES = 5;

/** Plans in the order of trial, the fastest first. */
const candidates = [
  { weightMemory: "packed", residency: "all" },
  { weightMemory: "mapped", residency: "single" },
] as const;
const SMALLEST_TILE = 8;

/**
 * The fastest way that stays within the budget: whole images before tiles, packed weights before mapped ones.
 * @throws AquatintError "generate/memory" where there is none, with a size or a way that fits.
 */
export async function planMemory(options: MemoryPlanOptions): Promise<MemoryPlan> {
  const { budget, weightMemory } = options;
  const run = required(options.dryRun(1), "dry run");
  const needs = await measure(run);
  const least = await firstFit(needs, options);
  if (least.bytes <= budget) return least;
  const message = `images of ${run.width}x${run.height} take about ${gigabytes(least.bytes)}, the limit is ${gigabytes(budget)}`;
  const free = weightMemory === "packed" ? await firstFit(needs, { ...options, weightMemory: undefined }) : least;
  const hint = free.bytes <= budget ? `take mapped weights: about ${gigabytes(free.bytes)}` : await smaller(options);
  throw new AquatintError("generate/memory", message, {
    hint: hint ?? `no smaller image fits: take the model's half-precision form, or allow ${gigabytes(least.bytes)}`,
  });
}

/** Bytes of a run by the form of the weights, without a limit: packed, all networks at once; mapped, one at a time. */
export async function estimateMemory({
  baseline,
  dryRun,
}: Pick<MemoryPlanOptions, "baseline" | "dryRun">): Promise<Readonly<Record<WeightMemory, number>>> {
  const needs = await measure(required(dryRun(1), "dry run"));
  const bytes = async (weightMemory: WeightMemory) =>
    (await firstFit(needs, { budget: Number.POSITIVE_INFINITY, baseline, weightMemory, dryRun })).bytes;
  return { packed: await bytes("packed"), mapped: await bytes("mapped") };
}

const gigabytes = (bytes: number): string =>
  bytes < 1e8 ? `${Math.ceil(bytes / 1e6)} MB` : `${(Math.ceil(bytes / 1e7) / 100).toFixed(2)} GB`;

/** A size that fits, in words. */
async function smaller(options: MemoryPlanOptions): Promise<string | undefined> {
  for (const scale of [0.75, 0.5, 0.25]) {
    const run = options.dryRun(scale);
    const plan = run && (await firstFit(await measure(run), options));
    if (plan && plan.bytes <= options.budget) {
      return `${run.width}x${run.height} takes about ${gigabytes(plan.bytes)}; or allow more`;
    }
  }
  return undefined;
}

/** Memory of the programs of a run; of the autoencoder's there are several forms. */
interface MemoryNeeds {
  readonly programs: readonly GraphMemory[];
  /** Bytes that are computed once a prompt and kept for all steps. */
  readonly states: number;
  /** The decoded image on its way: as it leaves the worker, as tiles, put together. */
  readonly images: number;
  /** Tiles that there may be, the largest first. */
  readonly tiles: MemoryTiles;
  autoencoder(tile: number | undefined): Promise<readonly GraphMemory[]>;
}

async function measure({ open, run, factor }: DryRun): Promise<MemoryNeeds> {
  const { runtime, memories, stateBytes } = recordingRuntime();
  let decoded: Shape = [1, 1, 1, 1];
  let encodes = false;
  await using network = open(runtime);
  await run({
    ...network,
    async decode(x) {
      decoded = [1, ...x.shape.slice(1)];
      return new Float32Array(itemAt(x.shape, 0) * 3 * sizeOf(x.shape.slice(2)) * factor ** 2);
    },
    async encodeImage(_, noise) {
      encodes = true;
      return new Float32Array(sizeOf(noise.shape));
    },
  });
  const cache = new Map<number | undefined, readonly GraphMemory[]>();
  return {
    programs: [...memories],
    states: stateBytes(),
    images: COPIES * 4 * 3 * sizeOf(decoded.slice(2)) * factor ** 2,
    tiles: { side: Math.max(...decoded.slice(2)), parts: tilesOf(decoded) },
    async autoencoder(tile) {
      const memories = cache.get(tile) ?? (await autoencoderMemory(open, { tile, factor, shape: decoded, encodes }));
      cache.set(tile, memories);
      return memories;
    },
  };
}

/** Sides of tiles, in places of the latent: of the whole image, and of its parts. */
interface MemoryTiles {
  readonly side: number;
  readonly parts: readonly number[];
}

/** Tiles within a limit, the whole image first where it is. */
function tilesWithin({ side, parts }: MemoryTiles, maxTile = side): readonly (number | undefined)[] {
  const smaller = parts.filter((tile) => tile <= maxTile);
  if (side <= maxTile) return [undefined, ...smaller];
  return smaller[0] === maxTile ? smaller : [maxTile, ...smaller];
}

/** Halves of the image's longer side, each a multiple of 4, so that a quarter of it is whole. */
function tilesOf([, , height = 1, width = 1]: Shape): number[] {
  const tiles: number[] = [];
  for (let tile = Math.max(height, width) / 2; tile >= SMALLEST_TILE; tile /= 2) tiles.push(4 * Math.floor(tile / 4));
  return tiles;
}

interface AutoencoderCalls {
  readonly tile: number | undefined;
  readonly factor: number;
  /** Shape of the latent. */
  readonly shape: Shape;
  /** True if the run begins with an image. */
  readonly encodes: boolean;
}

async function autoencoderMemory(
  open: DryRun["open"],
  { shape, encodes, ...how }: AutoencoderCalls,
): Promise<readonly GraphMemory[]> {
  const { runtime, memories } = recordingRuntime();
  await using network = tiledNetwork(open(runtime), how);
  const zeros = (of: Shape): HostTensor => ({ dtype: "float32", shape: of, data: new Float32Array(sizeOf(of)) });
  await network.decode(zeros(shape));
  const pixels = [1, 3, ...shape.slice(2).map((side) => side * how.factor)];
  if (encodes) await network.encodeImage(zeros(pixels), zeros(shape));
  return memories;
}

/** The first way within the budget, or else the one that takes least. */
async function firstFit(
  { programs, states, images, tiles, autoencoder }: MemoryNeeds,
  { budget, baseline, weightMemory, maxTile }: MemoryPlanOptions,
): Promise<MemoryPlan> {
  let least: MemoryPlan | undefined;
  for (const way of candidates.filter(
    (candidate) => weightMemory === undefined || candidate.weightMemory === weightMemory,
  )) {
    for (const tile of tilesWithin(tiles, maxTile)) {
      const all = [...programs, ...(await autoencoder(tile))];
      const bytes = baseline() + RUNTIME + states + images + bytesBy[way.residency](all, way.weightMemory);
      const plan: MemoryPlan = { ...way, bytes, ...(tile !== undefined && { tile }) };
      if (bytes <= budget) return plan;
      if (!least || bytes < least.bytes) least = plan;
    }
  }
  return required(least, "plan");
}

type Estimate = (programs: readonly GraphMemory[], memory: WeightMemory) => number;

const programBytes = (program: GraphMemory, memory: WeightMemory): number =>
  weightBytes(program, memory) + overhead[memory].activations * program.activations;

/** Bytes beside the baseline. A program that stays loaded keeps what it computed in. */
const bytesBy: Readonly<Record<MemoryPlan["residency"], Estimate>> = {
  all: (programs, memory) => sum(programs.map((program) => programBytes(program, memory))),
  single: (programs, memory) => Math.max(...programs.map((program) => programBytes(program, memory))),
};
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** A file in half precision is paged in to be widened; mapped, the widened weights are among the activations. */
function weightBytes({ weights, stored }: GraphMemory, memory: WeightMemory): number {
  const copy = memory === "packed" && stored < weights ? weights : 0;
  return overhead[memory].weights * (stored + copy);
}

/** The largest buffer that a device can bind, where its attention keeps all scores; a CPU's works in tiles. */
const largestBuffer: Partial<Record<Device, number>> = { webgpu: 2 ** 27, dml: 2 ** 27, wasm: 2 ** 27 };

/** Half of the last cache of common processors. */
const cacheBytes: Partial<Record<Device, number>> = { cpu: 2 ** 24, wasm: 2 ** 24 };

/**
 * Options by which a device computes in slices: the most bytes of attention scores at a time, without a limit where it never
 * holds them all, and feed-forward layers whose inside fits its cache.
 */
export function sliceOptions(
  device: Device,
  budget = Number.POSITIVE_INFINITY,
): Pick<CompileOptions, "scoreBytes" | "feedForward"> {
  const [largest, cache] = [largestBuffer[device], cacheBytes[device]];
  return {
    scoreBytes: largest && Math.min(largest, budget / 8),
    feedForward: cache === undefined ? undefined : sliceFeedForward(cache),
  };
}

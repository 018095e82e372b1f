import { AquatintError } from "../errors.ts";
import { type RandomStream, torchCpu } from "../math/random.ts";
import { itemAt } from "../util/items.ts";
import type { DataStream, StreamState } from "./dataset.ts";

/** One sample: its caption, its truth, and how to paint it. */
export interface Sample<Truth> {
  readonly caption: string;
  readonly truth: Truth;
  /** Fills `pixels`, Float32 [3, h, w] in -1 .. 1, or a latent. */
  paint(pixels: Float32Array): void | Promise<void>;
}

/** Which sample of which run. */
export interface SamplePosition {
  readonly seed: number;
  readonly index: number;
}

/** Draws one sample by its own random stream, or by its position. */
export type DrawSample<Truth> = (random: RandomStream, position: SamplePosition) => Sample<Truth>;

/** Height and width of images, or the shape of what else a sample is. */
export type SampleSize =
  | { readonly size: readonly [height: number, width: number] }
  | { readonly shape: readonly number[] };

/** The stream whose sample i is drawn from a random stream of its own, seeded by (seed, i). */
export function indexedStream<Truth>(
  draw: DrawSample<Truth>,
  { seed, ...of }: { readonly seed: number } & SampleSize,
): DataStream<Truth> {
  const length = ("shape" in of ? of.shape : [3, ...of.size]).reduce((a, b) => a * b);
  let state: StreamState = checked({ seed, position: 0 });
  return {
    async next(batchSize) {
      if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
        throw new AquatintError("data/batch-size", `a batch size is a whole number from 1, got ${batchSize}`);
      }
      const { seed, position } = state;
      const images = new Float32Array(batchSize * length);
      const samples = Array.from({ length: batchSize }, (_, i) => {
        const index = position + i;
        return draw(torchCpu(sampleSeed(seed, index)), { seed, index });
      });
      await Promise.all(samples.map((s, i) => s.paint(images.subarray(i * length, (i + 1) * length))));
      state = { seed, position: position + batchSize };
      return { images, captions: samples.map((s) => s.caption), truths: samples.map((s) => s.truth) };
    },
    snapshot: () => state,
    restore(from) {
      state = checked(from);
    },
  };
}

/** Which of `length` items sample i shows: every one once an epoch, in an order of the seed's and the epoch's own. */
export function shuffler(length: number): (position: SamplePosition) => number {
  let shuffled: { readonly seed: number; readonly epoch: number; readonly order: Int32Array } | undefined;
  return ({ seed, index }) => {
    const epoch = Math.floor(index / length);
    if (shuffled?.seed !== seed || shuffled.epoch !== epoch) {
      shuffled = { seed, epoch, order: torchCpu(sampleSeed(epoch, seed)).randperm(length) };
    }
    return itemAt(shuffled.order, index % length);
  };
}

/** A 32-bit seed for sample `index` of the run `seed`; neighbors get unrelated ones. */
export function sampleSeed(seed: number, index: number): number {
  return [seed, seed / 2 ** 32, index, index / 2 ** 32].reduce((hash, word) => mixed(hash ^ Math.floor(word)), 0);
}

/** The last step of MurmurHash3 (Appleby), shifted by a constant so that 0 does not stay 0. */
function mixed(word: number): number {
  let h = (word + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function checked({ seed, position }: StreamState): StreamState {
  if (Number.isSafeInteger(seed) && seed >= 0 && Number.isSafeInteger(position) && position >= 0) {
    return { seed, position };
  }
  throw new AquatintError(
    "data/stream-state",
    `a stream's seed and position are whole numbers from 0, got ${seed} and ${position}`,
    {
      hint: "pass what snapshot() returned, unchanged",
    },
  );
}

import type { LatentFacts, Split } from "../dataset.ts";

/** Facts of a pool: `pool.json`. */
export interface PoolFacts extends LatentFacts {
  /** The configuration of the data set whose images were encoded. */
  readonly dataset: unknown;
  /** Seed of its stream. */
  readonly seed: number;
  /** Height and width of the images, in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** One split of a pool. */
export interface PoolPart {
  readonly captions: readonly string[];
  /** The latent of entry `index`, before it is scaled, written to `into`. */
  read(index: number, into: Float32Array): void;
}

/** Latents on disk with their captions. */
export interface LatentPool {
  readonly facts: PoolFacts;
  readonly parts: Readonly<Record<Split, PoolPart>>;
}

/** Names of a pool's files. */
export const poolFiles = {
  facts: "pool.json",
  latents: (split: Split) => `${split}.latents`,
  captions: (split: Split) => `${split}.captions.jsonl`,
} as const;

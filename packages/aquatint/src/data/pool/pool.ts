import type { ClipFacts, LatentFacts, Split } from "../dataset.ts";

/** Facts of a pool: `pool.json`. */
export interface PoolFacts extends LatentFacts {
  /** The configuration of the data set whose images were encoded. */
  readonly dataset: unknown;
  /** Seed of its stream. */
  readonly seed: number;
  /** Height and width of the images, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Facts about clips, where each entry is one: the latents of its frames, one after another. */
  readonly clip?: ClipFacts | undefined;
}

/** One split of a pool. */
export interface PoolPart {
  readonly captions: readonly string[];
  /** The latents of entry `index`, before they are scaled, written to `into`. */
  read(index: number, into: Float32Array): void;
}

/** Latents on disk with their captions. */
export interface LatentPool {
  readonly facts: PoolFacts;
  readonly parts: Readonly<Record<Split, PoolPart>>;
}

/** Shape of one entry: a latent, or the latents of a clip's frames. */
export const entryShape = ({ shape, clip }: Pick<PoolFacts, "shape" | "clip">): readonly number[] =>
  clip ? [clip.frames, ...shape] : shape;

/** Names of a pool's files. */
export const poolFiles = {
  facts: "pool.json",
  latents: (split: Split) => `${split}.latents`,
  captions: (split: Split) => `${split}.captions.jsonl`,
} as const;

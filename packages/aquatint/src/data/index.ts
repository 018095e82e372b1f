/** Data sets: what a trainer reads, and what kinds of them are made of. */
export { pick, weighted, worded } from "./choose.ts";
export { blend, type Canvas, cover, fill, mixColors, type Placement } from "./compose.ts";
export * from "./dataset.ts";
export type { Digits } from "./digits/digits.ts";
export type { FolderEntry, FolderRequest, ImageFolder } from "./folder/images.ts";
export {
  type DrawSample,
  indexedStream,
  type Sample,
  type SamplePosition,
  type SampleSize,
  sampleSeed,
  shuffler,
} from "./indexed-stream.ts";
export type { DataSources, DatasetConfigSchema, DatasetKind, DatasetKinds } from "./kind.ts";
export type { LatentPool, PoolFacts, PoolPart } from "./pool/pool.ts";
export { stringHash } from "./string-hash.ts";

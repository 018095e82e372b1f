/** Data sets: what a trainer reads, and what kinds of them are made of. */
export { pick, weighted, worded } from "./choose.ts";
export * from "./compose.ts";
export * from "./dataset.ts";
export { type DrawSample, indexedStream, type Sample, sampleSeed, shuffler } from "./indexed-stream.ts";
export type { DataSources, DatasetKind, DatasetKinds } from "./kind.ts";
export { stringHash } from "./string-hash.ts";

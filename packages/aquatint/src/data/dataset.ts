/** Some images with what is said about them and what is known of them; index i of each list is one sample. */
export interface Batch<Truth> {
  /** Float32 [b, 3, h, w], RGB in -1 .. 1, or [b, frames, 3, h, w] of clips; or the latents of a data set that holds those. */
  readonly images: Float32Array;
  readonly captions: readonly string[];
  /** Truths for the judge, hidden from the model. */
  readonly truths: readonly Truth[];
}

/** Position of a stream, as JSON: the run's seed and how many samples it has given out. */
export interface StreamState {
  readonly seed: number;
  readonly position: number;
}

/** An endless sequence of samples that a seed fixes, whatever the batch sizes it is read in. */
export interface DataStream<Truth> {
  /** The next `batchSize` samples. */
  next(batchSize: number): Promise<Batch<Truth>>;
  snapshot(): StreamState;
  /** Goes on from where `snapshot()` was taken, by this stream or by another of the same dataset. */
  restore(state: StreamState): void;
}

/** The two parts of a dataset that have nothing in common: what training may see, and what only evaluation does. */
export const splits = ["train", "held-out"] as const;

/** One of the parts. */
export type Split = (typeof splits)[number];

/** Options of a stream. */
export interface StreamOptions {
  readonly seed: number;
  /** "train" if left out. */
  readonly split?: Split;
}

/** Files that a dataset found and could not use, or used in a way that may surprise, by the reason. */
export interface ReportedFiles {
  readonly reason: string;
  readonly count: number;
  /** The first few of them. */
  readonly files: readonly string[];
}

/** Result of opening a dataset of files. */
export interface DatasetReport {
  /** Images that are used, in training and held out. */
  readonly counts: Readonly<Record<Split, number>>;
  readonly skipped: readonly ReportedFiles[];
  /** Files that are used, and of which something is to be said. */
  readonly notes?: readonly ReportedFiles[];
  /** SHA-256 of the paths, bytes and captions of the images that are used, where they may change under a configuration. */
  readonly contents?: string;
}

/** Sentences about the files of a report that are skipped or noted. */
export const reportLines = ({ skipped, notes = [] }: DatasetReport): readonly string[] => [
  ...skipped.map((files) => `skipped ${filesLine(files)}`),
  ...notes.map(filesLine),
];

const filesLine = ({ reason, count, files }: ReportedFiles): string =>
  `${count} ${reason}: ${files.join(", ")}${count > files.length ? ", …" : ""}`;

/** Facts about latents in place of images. */
export interface LatentFacts {
  /** Shape of one latent. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** Scaling factor of the autoencoder that they come from, not applied yet. */
  readonly scalingFactor: number;
}

/** Facts about clips in place of images. */
export interface ClipFacts {
  /** Frames of each clip. */
  readonly frames: number;
  /** Frames a second. */
  readonly fps: number;
}

/** A dataset as a trainer reads it. */
export interface Dataset<Truth = unknown> {
  readonly name: string;
  /** Height and width of its images, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Facts about latents in the batches in place of images, where they hold latents. */
  readonly latents?: LatentFacts;
  /** Facts about clips, where each sample is one: its frames, or their latents, one after another. */
  readonly clip?: ClipFacts;
  /** Report about the files, of datasets that read files. */
  readonly report?: DatasetReport;
  /** Samples in a row that are one scene and its hard negatives, where they come so. */
  readonly group?: number;
  /** Names of things in its truths, where they name and place them. */
  readonly names?: readonly string[];
  /** A finite corpus with every word that a caption can have, to train a vocabulary on. */
  captions(): Iterable<string>;
  stream(options: StreamOptions): DataStream<Truth>;
}

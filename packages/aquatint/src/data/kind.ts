import type { z } from "zod";
import type { Dataset } from "./dataset.ts";
import type { Digits } from "./digits/digits.ts";
import type { FolderRequest, ImageFolder } from "./folder/images.ts";
import type { LatentPool } from "./pool/pool.ts";

/** Sources that datasets cannot reach themselves, because they take files; the caller gives them. */
export interface DataSources {
  /** A folder for files that are made once; a dataset chooses one of its own if left out. */
  readonly cacheFolder?: string | undefined;
  /** A folder of images with captions. */
  imageFolder(request: FolderRequest): Promise<ImageFolder>;
  /** Images of these digits at least, 0 .. 9. */
  digits(digits: readonly number[]): Promise<Digits>;
  /** A folder of latents. */
  latentPool(folder: string): Promise<LatentPool>;
}

/** The schema of the configuration of a dataset: an object whose `name` is the kind's. */
export type DatasetConfigSchema = z.ZodObject<{ readonly name: z.ZodLiteral<string> } & z.ZodRawShape>;

/** A kind of dataset: the schema of its config, and how to make it. */
export interface DatasetKind<Config extends z.ZodType = DatasetConfigSchema, Truth = unknown> {
  readonly config: Config;
  create(config: z.output<Config>, sources: DataSources): Promise<Dataset<Truth>>;
}

/** Kinds of datasets, by the names that configurations call them. */
export type DatasetKinds = Readonly<Record<string, DatasetKind>>;

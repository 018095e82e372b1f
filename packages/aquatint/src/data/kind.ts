import type { z } from "zod";
import type { Dataset } from "./dataset.ts";
import type { Digits } from "./digits/kind.ts";
import type { ArtRequest, EmojiAtlas } from "./emoji/art/atlas.ts";
import type { FolderRequest, PictureFolder } from "./folder/pictures.ts";
import type { LatentPool } from "./pool/pool.ts";

/** What datasets are made from and cannot reach themselves, because it takes files; the caller gives it. */
export interface DataSources {
  /** Emoji art in memory. */
  emojiArt(request: ArtRequest): Promise<EmojiAtlas>;
  /** A folder of pictures with captions. */
  pictureFolder(request: FolderRequest): Promise<PictureFolder>;
  /** Handwritten digits. */
  digits(): Promise<Digits>;
  /** A folder of latents. */
  latentPool(folder: string): Promise<LatentPool>;
}

/** A kind of dataset: the schema of its config, whose `name` is the kind's, and how to make it. */
export interface DatasetKind<Config extends z.ZodType, Truth> {
  readonly config: Config;
  create(config: z.output<Config>, sources: DataSources): Promise<Dataset<Truth>>;
}

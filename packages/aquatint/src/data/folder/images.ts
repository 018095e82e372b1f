import type { RgbaImage } from "../../formats/image/image.ts";
import type { DatasetReport, Split } from "../dataset.ts";

/** Which images to have at hand, and how much of them to accept. */
export interface FolderRequest {
  readonly folder: string;
  /** Images are kept with their shorter side this long, in pixels, if they are that large. */
  readonly shorterSide: number;
  /** A larger image is skipped, in millions of pixels. */
  readonly maxMegapixels: number;
  /** A larger file is skipped, in millions of bytes. */
  readonly maxMegabytes: number;
  /** The share of the images, 0 .. 1, that is held out. */
  readonly heldOutShare: number;
}

/** An image of a folder. */
export interface FolderEntry {
  /** Its path from the folder, with slashes. */
  readonly file: string;
  /** Captions, at least one. */
  readonly captions: readonly string[];
  readonly split: Split;
}

/** A folder of images that were all looked at. */
export interface ImageFolder {
  readonly entries: readonly FolderEntry[];
  readonly report: DatasetReport;
  /** The image of an entry, upright. */
  image(entry: FolderEntry): Promise<RgbaImage>;
}

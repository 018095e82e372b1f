import type { RgbaPicture } from "../../formats/image/image.ts";
import type { DatasetReport, Split } from "../dataset.ts";

/** Which pictures to have at hand, and how much of them to accept. */
export interface FolderRequest {
  readonly folder: string;
  /** Pictures are kept with their shorter side this long, in pixels, if they are that large. */
  readonly shorterSide: number;
  /** A larger picture is skipped, in millions of pixels. */
  readonly maxMegapixels: number;
  /** A larger file is skipped, in millions of bytes. */
  readonly maxMegabytes: number;
  /** The share of the pictures, 0 .. 1, that is held out. */
  readonly heldOutShare: number;
}

/** A picture of a folder. */
export interface FolderEntry {
  /** Its path from the folder, with slashes. */
  readonly file: string;
  /** What is said about it, at least one. */
  readonly captions: readonly string[];
  readonly split: Split;
}

/** A folder of pictures that were all looked at. */
export interface PictureFolder {
  readonly entries: readonly FolderEntry[];
  readonly report: DatasetReport;
  /** The picture of an entry, upright. */
  picture(entry: FolderEntry): Promise<RgbaPicture>;
}

import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import type { ImageFormat } from "../../formats/image/encode.node.ts";
import { integer } from "./parsers.ts";

/** The options of images that are written, as they are parsed. */
export interface OutputFlags_ {
  readonly quality?: number;
  /** False where the image shall not say how it was made. */
  readonly metadata: boolean;
  readonly like?: string;
}

/** Adds the options that say how images are written, and which is made again. */
export const addOutputFlags_ = (command: Command): Command =>
  command
    .option(
      "--quality <n>",
      "of .jpg and .webp files, 1 to 100; 100 keeps every pixel of .webp (default: 90)",
      integer("--quality", { min: 1, max: 100, example: 90 }),
    )
    .option("--no-metadata", "write nothing into the image of how it was made")
    .option("--like <image>", "make an image again from what its file says; the prompt and options beside it win");

/** Refuses a quality where every pixel is kept. @throws AquatintError "cli/option". */
export function checkQuality(quality: number | undefined, format: ImageFormat): void {
  if (quality === undefined || format.quality !== undefined) return;
  throw new AquatintError("cli/option", `--quality: ${format.extensions[0]} files keep every pixel`, {
    hint: "leave --quality out, or write --out FILE.jpg or --out FILE.webp",
  });
}

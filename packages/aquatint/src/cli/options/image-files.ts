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
      "quality of .jpg and .webp files, 1 to 100; .webp is lossless at 100 (default: 90)",
      integer("--quality", { min: 1, max: 100, example: 90 }),
    )
    .option("--no-metadata", "do not store the settings in the image")
    .option(
      "--like <image>",
      "repeat an image with the settings in its file; a prompt and options on the command line override them",
    );

/** Refuses a quality where every pixel is kept. @throws AquatintError "cli/option". */
export function checkQuality(quality: number | undefined, format: ImageFormat): void {
  if (quality === undefined || format.quality !== undefined) return;
  throw new AquatintError("cli/option", `--quality: ${format.extensions[0]} files keep every pixel`, {
    hint: "leave --quality out, or write --out FILE.jpg or --out FILE.webp",
  });
}

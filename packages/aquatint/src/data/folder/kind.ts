import { z } from "zod";
import { AquatintError } from "../../errors.ts";
import type { RgbaImage } from "../../formats/image/image.ts";
import { drawUniform } from "../../math/draw.ts";
import type { RandomStream } from "../../math/random.ts";
import { itemAt } from "../../util/items.ts";
import { pick } from "../choose.ts";
import { blend, fill, type Placement } from "../compose.ts";
import type { Dataset, Split } from "../dataset.ts";
import { type DrawSample, indexedStream, shuffler } from "../indexed-stream.ts";
import type { DataSources, DatasetKind } from "../kind.ts";
import type { ImageFolder } from "./images.ts";

/** Truth of an image of a folder. */
export interface FolderTruth {
  /** Its path from the folder. */
  readonly file: string;
}

const config = z.strictObject({
  name: z.literal("captioned-folder").describe("A folder of images with captions."),
  folder: z.string().min(1).describe("Folder, relative to the current directory. Subfolders are read too."),
  size: z.int().min(8).max(1024).default(64).describe("Height and width of the images, in pixels."),
  fit: z
    .enum(["crop", "pad"])
    .default("crop")
    .describe("How an image that is not square is fitted: cropped to a square, or padded to one."),
  crop: z.enum(["middle", "random"]).default("middle").describe("Which part of a larger image is taken."),
  zoom: z.number().min(1).max(4).default(1).describe("Each image is enlarged by a random factor from 1 to this."),
  flip: z.boolean().default(false).describe("Flip the image horizontally with a probability of 1/2."),
  ground: z
    .tuple([z.int().min(0).max(255), z.int().min(0).max(255), z.int().min(0).max(255)])
    .default([255, 255, 255])
    .describe("Red, green and blue, 0 .. 255, behind transparent pixels and padding."),
  held_out_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.05)
    .describe("Fraction of the images held out from training, 0 .. 0.9."),
  max_megapixels: z
    .number()
    .positive()
    .default(64)
    .describe("Images larger than this many megapixels (10^6 pixels) are skipped."),
  max_megabytes: z
    .number()
    .positive()
    .default(64)
    .describe("Files larger than this many megabytes (10^6 bytes) are skipped."),
});

type FolderConfig = z.output<typeof config>;

/** Images of a folder with their captions. */
export const captionedFolder: DatasetKind<typeof config, FolderTruth> = {
  config,
  async create(options, sources): Promise<Dataset<FolderTruth>> {
    const { name, size } = options;
    const folder = await openFolder(options, sources);
    return {
      name,
      size: [size, size],
      report: folder.report,
      captions: () => folder.entries.flatMap(({ captions }) => captions),
      stream: ({ seed, split = "train" }) =>
        indexedStream(drawOf(folder, { ...options, split }), { seed, size: [size, size] }),
    };
  },
};

const openFolder = (config: FolderConfig, sources: DataSources): Promise<ImageFolder> =>
  sources.imageFolder({
    folder: config.folder,
    shorterSide: Math.ceil(config.size * config.zoom),
    maxMegapixels: config.max_megapixels,
    maxMegabytes: config.max_megabytes,
    heldOutShare: config.held_out_share,
  });

function drawOf(folder: ImageFolder, options: FolderConfig & { readonly split: Split }): DrawSample<FolderTruth> {
  const entries = folder.entries.filter(({ split }) => split === options.split);
  if (entries.length === 0) {
    throw new AquatintError("data/nothing-to-draw", `${options.folder} has no images that are ${options.split}`, {
      hint: options.split === "train" ? "lower held_out_share" : "raise held_out_share, or add images",
    });
  }
  const shuffled = shuffler(entries.length);
  return (random, position) => {
    const entry = itemAt(entries, shuffled(position));
    const caption = pick(random, entry.captions);
    const frame = frameOf(random, options);
    return {
      caption,
      truth: { file: entry.file },
      async paint(pixels) {
        const canvas = { side: options.size, pixels };
        const image = await folder.image(entry);
        fill(canvas, options.ground);
        blend(canvas, image, placeOf(image, options.fit, frame));
      },
    };
  };
}

/** The part of an image that is used, before its shape is known. */
interface Frame {
  readonly zoom: number;
  /** Horizontal position within the overhang, 0 .. 1 from the left and from the top. */
  readonly x: number;
  readonly y: number;
  readonly mirrored: boolean;
}

function frameOf(random: RandomStream, { zoom, crop, flip }: FolderConfig): Frame {
  const [a, x, y, b] = [drawUniform(random), drawUniform(random), drawUniform(random), drawUniform(random)];
  const [u, v] = crop === "random" ? [x, y] : [0.5, 0.5];
  return { zoom: 1 + (zoom - 1) * a, x: u, y: v, mirrored: flip && b < 0.5 };
}

/** Placement of an image whose shorter side (or its longer one, with "pad") fills the frame. */
function placeOf({ width, height }: RgbaImage, fit: FolderConfig["fit"], { zoom, x, y, mirrored }: Frame): Placement {
  const side = fit === "crop" ? Math.min(width, height) : Math.max(width, height);
  const center = (length: number, at: number): number => 0.5 + (0.5 - at) * Math.max(0, (zoom * length) / side - 1);
  return { x: center(width, x), y: center(height, y), size: (zoom * Math.max(width, height)) / side, mirrored };
}

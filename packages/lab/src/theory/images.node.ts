import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitted, imageToTensor, tensorToImage } from "aquatint/formats";
import { openDataset, readImage } from "aquatint/node";
import { AquatintError, messageOf } from "aquatint/util";

/** An image with what is said of it. */
export interface TheoryImage {
  /** [3, size, size] in -1 .. 1, of 8-bit values. */
  readonly values: Float32Array;
  /** "" where nothing is known. */
  readonly caption: string;
}

/** The images that a report is about. */
export interface TheoryImages {
  readonly list: readonly TheoryImage[];
  /** True if they are of combinations that training never sees. */
  readonly heldOut: boolean;
  /** Source, in words. */
  readonly described: string;
}

/** Which images. */
export interface ImageOptions {
  /** Files; held-out scenes are drawn where there are none. */
  readonly images?: readonly string[] | undefined;
  /** Height and width, in pixels. */
  readonly size: number;
  readonly count?: number;
}

/** Filters that every pixel model of the project's recipes knows, in the style that it was trained in. */
const FILTERS = {
  styles: ["3d"],
  names: [
    "red apple",
    "orange",
    "strawberry",
    "pizza",
    "cat",
    "dog",
    "rabbit",
    "panda",
    "frog",
    "penguin",
    "whale",
    "octopus",
    "car",
    "house",
  ],
};

/** Images for a report: those that are given, or else scenes that were held out of training. */
export async function theoryImages({ images, size, count = 6 }: ImageOptions): Promise<TheoryImages> {
  if (images && images.length > 0) {
    const list = await Promise.all(images.map((path) => imageFromFile(path, size)));
    const what = list.length === 1 ? "a given image" : `${list.length} given images`;
    return { list, heldOut: false, described: `${what}, resized and cut to ${size} x ${size} pixels` };
  }
  try {
    const cacheFolder = join(tmpdir(), "aquatint-emoji");
    const dataset = await openDataset({ name: "emoji-singles", size, ...FILTERS }, { cacheFolder });
    const batch = await dataset.stream({ seed: 12, split: "held-out" }).next(count);
    const list = batch.captions.map((caption, i) => {
      const plane = batch.images.length / count;
      return { caption, values: eightBit(batch.images.slice(i * plane, (i + 1) * plane), size) };
    });
    return { list, heldOut: true, described: `${count} held-out images` };
  } catch (cause) {
    throw new AquatintError("theory/images", `the held-out images cannot be drawn: ${messageOf(cause)}`, {
      hint: `${isMissing(cause) ? `${cause.hint}, or ` : ""}give images of your own: --image FILE`,
      cause,
    });
  }
}

const isMissing = (cause: unknown): cause is AquatintError =>
  cause instanceof AquatintError && cause.code === "package/missing";

const eightBit = (values: Float32Array, size: number): Float32Array =>
  imageToTensor(tensorToImage(values, { width: size, height: size }));

async function imageFromFile(path: string, size: number): Promise<TheoryImage> {
  return { values: imageToTensor(fitted(await readImage(path), { width: size, height: size })), caption: "" };
}

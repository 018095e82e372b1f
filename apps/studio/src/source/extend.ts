import type { Image } from "aquatint";
import { fitted, type Size } from "aquatint/formats";
import { MAX_SIDE } from "../settings/settings.ts";

/** The sides of a canvas. */
export const sides = ["left", "right", "top", "bottom"] as const;
/** The name of a side. */
export type Side = (typeof sides)[number];
/** Sides in words. */
export const sideTitles: Readonly<Record<Side, string>> = {
  left: "Left",
  right: "Right",
  top: "Top",
  bottom: "Bottom",
};
/** Pixels by which a canvas grows on each side. */
export type Margins = Readonly<Record<Side, number>>;

/** A canvas that stays as it is. */
export const noMargins: Margins = { left: 0, right: 0, top: 0, bottom: 0 };

/** Sizes that a model can draw. */
export interface ModelSizes {
  readonly sampleSize: number;
  readonly multiple: number;
}

/** A side of the canvas at most, as a share of what the model was trained at. */
const MAX_CANVAS = 4;
/** A side of the canvas at most, in pixels. */
const canvasLimit = (sampleSize: number): number => Math.min(MAX_CANVAS * sampleSize, MAX_SIDE);

/** The size at which an image is extended: its own in whole units, or a smaller one of its proportions that leaves room to grow. */
export function baseSize({ width, height }: Size, { sampleSize, multiple }: ModelSizes): Size {
  const scale = Math.min(1, canvasLimit(sampleSize) / 2 / Math.max(width, height));
  const side = (length: number) => Math.max(multiple, Math.round((length * scale) / multiple) * multiple);
  return { width: side(width), height: side(height) };
}

/** Pixels by which one side may grow beside the others. */
export function marginLimit(
  side: Side,
  margins: Margins,
  { base, sampleSize, multiple }: ModelSizes & { readonly base: Size },
) {
  const isWidth = side === "left" || side === "right";
  const [length, other] = isWidth
    ? [base.width, margins.left + margins.right - margins[side]]
    : [base.height, margins.top + margins.bottom - margins[side]];
  return Math.max(0, Math.floor((canvasLimit(sampleSize) - length - other) / multiple) * multiple);
}

/** What is made of an image and its margins. */
export interface ExtendOptions {
  readonly base: Size;
  readonly margins: Margins;
  /** Pixels of the image beside a margin that are made anew, too, so that both join. */
  readonly overlap: number;
}

/** A larger canvas with the image in it, its edges drawn out into the margins, and the mask of what is made anew. */
export function extendedCanvas(
  image: Image,
  { base, margins, overlap }: ExtendOptions,
): { readonly image: Image; readonly mask: Image } {
  const { left, right, top, bottom } = margins;
  const inner = fitted(image, base);
  const [width, height] = [base.width + left + right, base.height + top + bottom];
  const [data, mask] = [new Uint8Array(3 * width * height), new Uint8Array(3 * width * height)];
  const low = { x: left > 0 ? overlap : 0, y: top > 0 ? overlap : 0 };
  const high = { x: base.width - (right > 0 ? overlap : 0), y: base.height - (bottom > 0 ? overlap : 0) };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column - left, row - top];
      const from = inner.channels * (clamp(y, base.height) * base.width + clamp(x, base.width));
      const at = 3 * (row * width + column);
      for (let c = 0; c < 3; c++) data[at + c] = inner.data[from + c] ?? 0;
      if (x < low.x || y < low.y || x >= high.x || y >= high.y) mask.fill(255, at, at + 3);
    }
  }
  const size = { width, height, channels: 3 } as const;
  return { image: { ...size, data }, mask: { ...size, data: mask } };
}

const clamp = (value: number, length: number): number => Math.min(length - 1, Math.max(0, value));

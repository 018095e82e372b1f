import type { Image } from "aquatint/formats";
import { itemAt } from "aquatint/util";
import { quantile } from "../evaluate/intervals.ts";

/** Differences from the background, of 255, from which a pixel begins to count as the thing's, and at which it wholly does. */
const [FAINT, CLEAR] = [24, 72];

/** The thing in a frame, on a background of one color. */
export interface Segment {
  /** Share of each pixel that is the thing's, 0 .. 1. */
  readonly mask: Float32Array;
  /** Sum of the mask over the number of pixels. */
  readonly area: number;
  /** The center, in fractions of the sides. */
  readonly x: number;
  readonly y: number;
  /** Standard deviations about the center, in fractions of the sides. */
  readonly spreadX: number;
  readonly spreadY: number;
  /** Mean difference of the thing's pixels from the background, 0 .. 1. */
  readonly contrast: number;
}

/** Separates the thing from the background, whose color is the median of the border's pixels. */
export function segmentOf(image: Image): Segment {
  const { width, height } = image;
  const mask = maskOf(image, borderColor(image));
  const sums = { mass: 0, x: 0, y: 0, xx: 0, yy: 0, contrast: 0 };
  for (let at = 0; at < mask.values.length; at++) {
    const share = itemAt(mask.values, at);
    if (share === 0) continue;
    const [x, y] = [((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height];
    sums.mass += share;
    sums.x += share * x;
    sums.y += share * y;
    sums.xx += share * x * x;
    sums.yy += share * y * y;
    sums.contrast += share * itemAt(mask.differences, at);
  }
  const mass = sums.mass || 1;
  const [x, y] = sums.mass === 0 ? [0.5, 0.5] : [sums.x / mass, sums.y / mass];
  return {
    mask: mask.values,
    area: sums.mass / mask.values.length,
    ...{ x, y },
    spreadX: Math.sqrt(Math.max(0, sums.xx / mass - x * x)),
    spreadY: Math.sqrt(Math.max(0, sums.yy / mass - y * y)),
    contrast: sums.contrast / mass / 255,
  };
}

function maskOf({ data, channels }: Image, ground: readonly number[]) {
  const count = data.length / channels;
  const [values, differences] = [new Float32Array(count), new Float32Array(count)];
  for (let at = 0; at < count; at++) {
    const from = channels * at;
    const difference = Math.max(...ground.map((value, c) => Math.abs(value - itemAt(data, from + c))));
    differences[at] = difference;
    values[at] = Math.min(1, Math.max(0, (difference - FAINT) / (CLEAR - FAINT)));
  }
  return { values, differences };
}

/** The median of each channel over the outermost ring of pixels. */
function borderColor({ width, height, data, channels }: Image): readonly number[] {
  const ring: number[] = [];
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) ring.push(at);
  }
  return [0, 1, 2].map((c) =>
    quantile(
      ring.map((at) => itemAt(data, channels * at + c)).sort((a, b) => a - b),
      0.5,
    ),
  );
}

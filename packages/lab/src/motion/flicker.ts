import type { Image } from "aquatint/formats";
import { average } from "aquatint/math";
import { itemAt } from "aquatint/util";
import type { Segment } from "./segmentation.ts";

/** Pixels around a thing that count as neither thing nor background: decoders blur edges. */
const MARGIN = 4;

/** Mean squared difference of the background between frames that follow each other, of values in 0 .. 1. */
export function flickerOf(frames: readonly Image[], segments: readonly Segment[]): number {
  const grounds = frames.map((frame, i) => groundOf(frame, itemAt(segments, i)));
  return average(
    frames
      .slice(1)
      .map((frame, i) => {
        const [previous, before, after] = [itemAt(frames, i), itemAt(grounds, i), itemAt(grounds, i + 1)];
        const pixels = before.flatMap((isGround, at) => (isGround && itemAt(after, at) ? [at] : []));
        return average(pixels.map((at) => squaredDifference(frame, previous, at)));
      })
      .filter(Number.isFinite),
  );
}

function squaredDifference(a: Image, b: Image, pixel: number): number {
  let sum = 0;
  for (let c = 0; c < 3; c++) {
    const difference = (itemAt(a.data, a.channels * pixel + c) - itemAt(b.data, b.channels * pixel + c)) / 255;
    sum += difference * difference;
  }
  return sum / 3;
}

/** For each pixel, true where nothing of the thing is near: two passes of a running maximum. */
function groundOf({ width, height }: Image, { mask }: Segment): readonly boolean[] {
  const widened = (values: ArrayLike<number>, { step, length }: { step: number; length: number }) =>
    Float32Array.from(values, (_, at) => {
      const index = Math.floor(at / step) % length;
      const [low, high] = [Math.max(0, index - MARGIN), Math.min(length - 1, index + MARGIN)];
      let largest = 0;
      for (let k = low; k <= high; k++) largest = Math.max(largest, values[at + (k - index) * step] ?? 0);
      return largest;
    });
  const rows = widened(mask, { step: 1, length: width });
  return Array.from(widened(rows, { step: width, length: height }), (value) => value === 0);
}

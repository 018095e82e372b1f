import type { Image } from "aquatint/formats";

/** Mean absolute difference of the values of two images of the same size, each in 0 .. 1. */
export function difference(a: Image, b: Image): number {
  const sum = a.data.reduce((total, value, i) => total + Math.abs(value - (b.data[i] ?? 0)), 0);
  return sum / (255 * a.data.length);
}

/** Differences of each frame from the one before. */
export const frameDifferences = (frames: readonly Image[]): readonly number[] =>
  frames.slice(1).flatMap((frame, i) => {
    const before = frames[i];
    return before ? [difference(before, frame)] : [];
  });

/** The mean of some numbers; NaN of none. */
export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

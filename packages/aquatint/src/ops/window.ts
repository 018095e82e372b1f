/** A number for the rows and one for the columns of an image. */
export type Two = readonly [rows: number, columns: number];
/** One number for both directions, or one for the rows and one for the columns. */
export type Pair = number | Two;

/** Both numbers of a pair. */
export const pairOf = (p: Pair): Two => (typeof p === "number" ? [p, p] : p);
/** `f` of the rows' numbers, and of the columns'. */
export const both = (f: (i: 0 | 1) => number): Two => [f(0), f(1)];

/** Stride, padding and dilation of a window that slides over an image. */
export interface Sliding {
  readonly stride: Two;
  /** Zeros before the first pixel, and after the last one unless `trailing` says how many. */
  readonly padding: Two;
  readonly trailing?: Two;
  readonly dilation: Two;
}
/** In how many places a window of `kernel` stands on an image of `size`: what is left over at the end is not used. */
export const placesOf = (size: Two, kernel: Two, { stride, padding, trailing = padding, dilation }: Sliding): Two =>
  both((i) => {
    const room = size[i] + padding[i] + trailing[i] - dilation[i] * (kernel[i] - 1) - 1;
    return Math.floor(room / stride[i]) + 1;
  });

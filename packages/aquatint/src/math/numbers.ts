/** `n` numbers evenly from `start` to `end`, both included; a single one is `start`. */
export const linspace = (start: number, end: number, n: number): Float64Array =>
  new Float64Array(n).map((_, i) => (i > 0 && i === n - 1 ? end : start + i * ((end - start) / Math.max(n - 1, 1))));

/** `linspace` as torch computes it in float32: from both ends to the middle, each element rounded once. */
export function linspace32(start: number, end: number, n: number): Float64Array {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const stride = Math.fround(Math.fround(last - first) / Math.max(n - 1, 1));
  return new Float64Array(n).map((_, i) => Math.fround(i < n / 2 ? first + stride * i : last - stride * (n - 1 - i)));
}

/** The nearest integer, halves to the even one, as numpy and torch round. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

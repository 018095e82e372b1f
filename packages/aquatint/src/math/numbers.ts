/** `n` numbers evenly from `start` to `end`, both included; a single one is `start`. */
export const linspace = (start: number, end: number, n: number): Float64Array =>
  new Float64Array(n).map((_, i) => (i > 0 && i === n - 1 ? end : start + i * ((end - start) / Math.max(n - 1, 1))));

/** The nearest integer, halves to the even one, as numpy and torch round. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

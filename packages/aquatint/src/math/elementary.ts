// V8 calls out for Math.log and Math.sin, and a branch that random data takes at random costs as much again: these are
// inlined without one. Their constants are literals, which V8 folds, where it would load those of a module every time.

/** 2^-e for e = -1 .. 31, at e + 1. */
const HALVINGS = Float64Array.from({ length: 33 }, (_, i) => 2 ** (1 - i));
/** Reciprocals of the middles of 256 parts of 1 .. 2, and the logarithms of those middles. */
const RECIPROCALS = Float64Array.from({ length: 256 }, (_, i) => 1 / (1 + (i + 0.5) / 256));
const LOGARITHMS = RECIPROCALS.map((value) => -Math.log(value));

/** The natural logarithm of 0.5 <= x < 2^32, to 1e-10: that of the nearest tabled number and a series around it. */
export function fastLog(x: number): number {
  const zeros = Math.clz32(x);
  const mantissa = x * HALVINGS[32 - zeros]!; // 1 .. 2
  const part = (mantissa * 256) & 255;
  const r = mantissa * RECIPROCALS[part]! - 1;
  return (31 - zeros) * Math.LN2 + LOGARITHMS[part]! + r * (1 - r * (1 / 2 - r * (1 / 3 - r / 4)));
}

/** The sine of -2 <= q <= 2 quarter turns, to 1e-10: (pi / 2)^n / n! with the series' signs for odd n to 15. */
export function fastSine(q: number): number {
  const size = Math.abs(q);
  const x = Math.min(size, 2 - size);
  const z = x * x;
  const high =
    1.604411847873598e-4 + z * (-3.598843235212085e-6 + z * (5.692172921967926e-8 - z * 6.68803510981147e-10));
  const low = 1.5707963267948966 + z * (-0.6459640975062462 + z * (0.07969262624616703 - z * 0.004681754135318687));
  return (q < 0 ? -x : x) * (low + z * z * z * z * high);
}

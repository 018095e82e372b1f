const TERMS = 80;

/** erf(x) for small x: a series whose terms all have one sign. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < TERMS && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** exp(x^2) erfc(x) for large x: Laplace's continued fraction, from its tail. */
function scaledErfc(x: number): number {
  let tail = x;
  for (let k = TERMS; k >= 1; k--) tail = x + k / 2 / tail;
  return 1 / (Math.sqrt(Math.PI) * tail);
}

const LARGE = 2.5;

/** The complementary error function, to a relative 1e-12 wherever it is no underflow. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x < LARGE ? 1 - erfSeries(x) : Math.exp(-x * x) * scaledErfc(x);
}

/** ln of the standard normal's cumulative distribution, finite also far in the tail. */
export function logNormalCdf(z: number): number {
  if (z === Number.POSITIVE_INFINITY || z === Number.NEGATIVE_INFINITY) return z > 0 ? 0 : z;
  const x = z / Math.SQRT2;
  return x > -LARGE ? Math.log1p(-erfc(x) / 2) : Math.log(scaledErfc(-x) / 2) - x * x;
}

/** ln of the probability that a standard normal lies between a < b, either of which may be infinite. */
export function logNormalInterval(a: number, b: number): number {
  if (a + b > 0) return logNormalInterval(-b, -a);
  const [low, high] = [logNormalCdf(a), logNormalCdf(b)];
  return high + Math.log(-Math.expm1(low - high));
}

/** The normal cumulative distribution as Page's tanh approximates it, to about 1e-4. */
export const tanhNormalCdf = (z: number): number =>
  0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));

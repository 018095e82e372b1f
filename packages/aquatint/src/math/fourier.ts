/** Sizes of the three axes of an array. */
export type Shape3d = readonly [depth: number, height: number, width: number];

/** Complex numbers, their real and imaginary parts apart. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The discrete Fourier transform over three axes, by its sums along each axis; the inverse divides by the size. */
export function fourier3d(values: Complex, shape: Shape3d, direction: "forward" | "inverse"): Complex {
  const sign = direction === "forward" ? -1 : 1;
  const scale = direction === "forward" ? 1 : 1 / (shape[0] * shape[1] * shape[2]);
  const sums = shape.reduce((partial, n, axis) => {
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    return alongAxis(partial, { n, stride, sign });
  }, values);
  return { re: sums.re.map((v) => v * scale), im: sums.im.map((v) => v * scale) };
}

interface Axis {
  readonly n: number;
  /** Elements from one entry of the axis to the next. */
  readonly stride: number;
  readonly sign: 1 | -1;
}

function alongAxis({ re, im }: Complex, { n, stride, sign }: Axis): Complex {
  const cos = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: n }, (_, k) => sign * Math.sin((2 * Math.PI * k) / n));
  const out = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let at = 0; at < re.length; at++) {
    const k = Math.floor(at / stride) % n;
    const base = at - k * stride;
    let [sumRe, sumIm] = [0, 0];
    for (let j = 0; j < n; j++) {
      const [c, s] = [cos[(j * k) % n]!, sin[(j * k) % n]!];
      const [x, y] = [re[base + j * stride]!, im[base + j * stride]!];
      sumRe += x * c - y * s;
      sumIm += x * s + y * c;
    }
    out.re[at] = sumRe;
    out.im[at] = sumIm;
  }
  return out;
}

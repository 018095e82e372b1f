import { itemAt } from "../util/items.ts";
import { dot } from "./vector.ts";

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
  const angle = (j: number, k: number) => (2 * Math.PI * ((j * k) % n)) / n;
  const cosines = Array.from({ length: n }, (_, k) =>
    Float64Array.from({ length: n }, (_, j) => Math.cos(angle(j, k))),
  );
  const sines = Array.from({ length: n }, (_, k) =>
    Float64Array.from({ length: n }, (_, j) => sign * Math.sin(angle(j, k))),
  );
  const out = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let line = 0; line < re.length / n; line++) {
    const base = Math.floor(line / stride) * n * stride + (line % stride);
    const lineOf = (part: Float64Array) => Float64Array.from({ length: n }, (_, j) => part[base + j * stride] ?? 0);
    const [x, y] = [lineOf(re), lineOf(im)];
    for (let k = 0; k < n; k++) {
      const [c, s] = [itemAt(cosines, k), itemAt(sines, k)];
      out.re[base + k * stride] = dot(x, c) - dot(y, s);
      out.im[base + k * stride] = dot(x, s) + dot(y, c);
    }
  }
  return out;
}

import { AquatintError } from "../../errors.ts";

/** The array that is denoised, flat: a latent or image (or a batch of them) in the layout of its network. */
export type Latent = Float32Array;

/** k1 v1 + k2 v2 + ..., the one vector operation that samplers need: coefficients in float64, result in float32. */
export function lin(...terms: readonly (readonly [k: number, v: Latent])[]): Latent {
  const n = terms[0]?.[1].length ?? 0;
  const sum = new Float64Array(n);
  for (const [k, v] of terms) {
    if (v.length !== n) {
      throw new AquatintError("shape/mismatch", `cannot add latents of ${n} and ${v.length} numbers`);
    }
    if (k !== 0) for (let i = 0; i < n; i++) sum[i]! += k * v[i]!;
  }
  return new Float32Array(sum);
}

/** The numbers in each of the `rows` images of x. @throws AquatintError "shape/mismatch" where they do not divide x. */
export function rowSize(x: Latent, rows: number): number {
  const size = x.length / rows;
  if (Number.isInteger(rows) && rows > 0 && Number.isInteger(size)) return size;
  throw new AquatintError("shape/mismatch", `${x.length} numbers are not ${rows} images of equal size`, {
    hint: "give the number of images that x holds as `rows`",
  });
}

/** The images of x one by one: views of its memory. */
export function rowsOf(x: Latent, rows: number): readonly Latent[] {
  const size = rowSize(x, rows);
  return Array.from({ length: rows }, (_, i) => x.subarray(i * size, (i + 1) * size));
}

/** A new x whose images are those of `values`, each changed by itself. */
export function mapRows(values: Latent, rows: number, change: (row: Latent, i: number) => Latent): Latent {
  const result = new Float32Array(values.length);
  const size = rowSize(values, rows);
  for (const [i, row] of rowsOf(values, rows).entries()) result.set(change(row, i), i * size);
  return result;
}

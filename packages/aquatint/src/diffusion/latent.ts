import { AquatintError } from "../errors.ts";

/** What is being denoised, flat: a latent or picture (or a batch of them) in the layout of its network. */
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

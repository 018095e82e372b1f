import { dot } from "aquatint/math";
import { itemAt } from "aquatint/util";

/** Spherical interpolation (Shoemake 1985) of two vectors, share 0 .. 1: on the way between two normal draws it stays as long as they are. */
export function spherical(a: Float32Array, b: Float32Array, share: number): Float32Array {
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const mix = (from: number, to: number) => a.map((v, i) => from * v + to * itemAt(b, i));
  if (angle < 1e-6) return mix(1 - share, share);
  return mix(Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle));
}

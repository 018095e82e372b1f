import { AquatintError } from "../../errors.ts";
import { itemAt } from "../../util/items.ts";

/** Peak signal-to-noise ratio of two images in -1 .. 1, in decibels, both clipped to that range; infinite if equal. */
export function psnr(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length || a.length === 0) {
    throw new AquatintError("shape/mismatch", `cannot compare images of ${a.length} and ${b.length} values`);
  }
  const clipped = (v: number) => Math.min(Math.max(v, -1), 1);
  const squares = a.reduce((sum, v, i) => sum + (clipped(v) - clipped(itemAt(b, i))) ** 2, 0);
  return 10 * Math.log10(4 / (squares / a.length));
}

import type { Image } from "aquatint";
import { boxedBlur, type Plane } from "./gaussian.ts";

/** Radii of the blurs that are laid over one another, and how often each is. */
const layers = [
  [256, 1],
  [64, 1],
  [16, 2],
  [4, 4],
  [2, 2],
  [0, 1],
] as const;

/** The image with the colors around the mask spread into it, as the web UI's "fill". `mask` is 1 where to paint. */
export function filled(image: Image, mask: Plane): Image {
  const { width, height, data } = image;
  const keep = { width, height, data: mask.data.map((value) => 1 - value) };
  const colors = [0, 1, 2].map((c) => ({
    ...{ width, height },
    data: keep.data.map((alpha, i) => alpha * (data[3 * i + c] ?? 0)),
  }));
  const result = new Float32Array(3 * width * height);
  for (const [radius, times] of layers) {
    const blurred = (plane: Plane) => (radius === 0 ? plane : boxedBlur(plane, radius));
    const [alpha, ...planes] = [keep, ...colors].map((plane) => blurred(plane).data);
    for (let time = 0; time < times; time++) {
      for (const [c, plane] of planes.entries()) lay(result, { plane, alpha, c });
    }
  }
  return {
    width,
    height,
    channels: 3,
    data: Uint8Array.from(result, (value) => Math.round(Math.min(255, Math.max(0, value)))),
  };
}

interface Layer {
  /** A color that is multiplied by its alpha. */
  readonly plane: Float32Array;
  readonly alpha: Float32Array | undefined;
  readonly c: number;
}

/** Lays a color over what is there. */
function lay(result: Float32Array, { plane, alpha, c }: Layer): void {
  for (let i = 0; i < plane.length; i++) {
    const at = 3 * i + c;
    result[at] = (plane[i] ?? 0) + (1 - (alpha?.[i] ?? 0)) * (result[at] ?? 0);
  }
}

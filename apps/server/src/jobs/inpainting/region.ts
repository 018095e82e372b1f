import type { Image } from "aquatint";
import type { Size } from "aquatint/formats";
import type { Plane } from "./gaussian.ts";

/** A rectangle of an image, in whole pixels. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/** The rectangle around what is masked, with a padding, in the proportions of a size; undefined where nothing is. */
export function maskedRegion(mask: Plane, padding: number, size: Size): Region | undefined {
  const { width, height, data } = mask;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < data.length; i++) {
    if ((data[i] ?? 0) <= 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return undefined;
  const padded = {
    x: Math.max(0, left - padding),
    y: Math.max(0, top - padding),
    width: Math.min(width, right + 1 + padding) - Math.max(0, left - padding),
    height: Math.min(height, bottom + 1 + padding) - Math.max(0, top - padding),
  };
  return proportioned(padded, { size, within: mask });
}

/** The rectangle made wider or higher to have the proportions of a size, moved to stay inside. */
function proportioned(region: Region, { size, within }: { readonly size: Size; readonly within: Size }): Region {
  const isTooWide = region.width * size.height > region.height * size.width;
  const height = isTooWide ? Math.round((region.width * size.height) / size.width) : region.height;
  const width = isTooWide ? region.width : Math.round((region.height * size.width) / size.height);
  const [w, h] = [Math.min(within.width, width), Math.min(within.height, height)];
  const origin = (from: number, old: number, length: number, limit: number) =>
    Math.min(limit - length, Math.max(0, from - Math.floor((length - old) / 2)));
  return {
    width: w,
    height: h,
    x: origin(region.x, region.width, w, within.width),
    y: origin(region.y, region.height, h, within.height),
  };
}

/** A rectangle of an RGB image. */
export function cropped({ width, data }: Image, { x, y, ...size }: Region): Image {
  const target = new Uint8Array(3 * size.width * size.height);
  for (let row = 0; row < size.height; row++) {
    const from = 3 * ((y + row) * width + x);
    target.set(data.subarray(from, from + 3 * size.width), 3 * row * size.width);
  }
  return { ...size, channels: 3, data: target };
}

/** A rectangle of a plane. */
export function croppedPlane({ width, data }: Plane, { x, y, ...size }: Region): Plane {
  const target = new Float32Array(size.width * size.height);
  for (let row = 0; row < size.height; row++) {
    const from = (y + row) * width + x;
    target.set(data.subarray(from, from + size.width), row * size.width);
  }
  return { ...size, data: target };
}

/** `top` laid over a region of `image`, by a mask in the image's size: 1 is `top` alone. */
export function laidOver(
  image: Image,
  top: Image,
  { mask, region }: { readonly mask: Plane; readonly region: Region },
): Image {
  const data = image.data.slice();
  for (let row = 0; row < region.height; row++) {
    for (let column = 0; column < region.width; column++) {
      const at = (region.y + row) * image.width + region.x + column;
      const share = mask.data[at] ?? 0;
      for (let c = 0; c < 3; c++) {
        const under = image.data[3 * at + c] ?? 0;
        const over = top.data[3 * (row * region.width + column) + c] ?? 0;
        data[3 * at + c] = Math.round(under + share * (over - under));
      }
    }
  }
  return { ...image, data };
}

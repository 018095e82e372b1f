import type { Image } from "aquatint";

/** Draws an image onto a canvas, one pixel each. */
export function drawPixels(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  { width, height, channels, data }: Image,
): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (!context) return;
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[channels * i + c] ?? 0;
    pixels.data[4 * i + 3] = channels === 4 ? (data[4 * i + 3] ?? 255) : 255;
  }
  context.putImageData(pixels, 0, 0);
}

/** The grain of an empty plate: even noise, the same each time. */
export function grain(size: number): Image {
  const data = new Uint8Array(size * size * 4);
  let state = 9;
  for (let i = 0; i < size * size; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    data.set([120, 120, 128, Math.floor((state / 2_147_483_648) ** 2 * 70)], 4 * i);
  }
  return { width: size, height: size, channels: 4, data };
}

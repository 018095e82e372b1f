import type { Image } from "../src/formats/image/image.ts";
import type { Clip } from "../src/formats/video/clip.ts";

/** Shape of a clip for tests. */
export interface MovingClip {
  readonly width?: number;
  readonly height?: number;
  readonly count?: number;
  readonly fps?: number;
  readonly channels?: 3 | 4;
}

/** A disk that moves from left to right over a smooth background; behind it is nothing where there is alpha. */
export const movingClip = ({ width = 64, height = 48, count = 10, fps = 8, channels = 3 }: MovingClip = {}): Clip => ({
  fps,
  frames: Array.from({ length: count }, (_, frame): Image => {
    const data = new Uint8Array(width * height * channels);
    const [cx, cy, radius] = [(width * (frame + 0.5)) / count, height / 2, height / 4];
    for (let p = 0; p < width * height; p++) {
      const [x, y] = [p % width, Math.floor(p / width)];
      const inside = Math.hypot(x - cx, y - cy) < radius;
      const background = [Math.round((150 * x) / width), Math.round((150 * y) / height) + 60, 90];
      data.set(inside ? [230, 60 + 10 * (frame % 8), 40] : background, p * channels);
      if (channels === 4) data[4 * p + 3] = inside ? 255 : 0;
    }
    return { width, height, channels, data };
  }),
});

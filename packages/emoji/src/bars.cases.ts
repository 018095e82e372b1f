import type { EmojiAtlas } from "./art/atlas.ts";

type Rgba = readonly [number, number, number, number];

/** Art in which every emoji is a bar of 8 x 4 pixels in two colors; `isFirst` says which pixels, row by row, have the first. */
export const barsAtlas = (first: Rgba, second: Rgba, isFirst: (pixel: number) => boolean): EmojiAtlas => ({
  size: 8,
  get: () => ({
    width: 8,
    height: 4,
    channels: 4,
    data: Uint8Array.from(Array.from({ length: 32 }, (_, i) => (isFirst(i) ? first : second)).flat()),
  }),
});

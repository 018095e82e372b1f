import type { RgbaImage } from "aquatint/formats";

/** The art styles, by the word for each in captions: Noto Emoji, Fluent Emoji flat, Fluent Emoji 3D. */
export const styles = ["noto", "flat", "3d"] as const;

/** One of the art styles. */
export type Style = (typeof styles)[number];

/** Which art to have at hand: every one of `hexes` in every one of `styles`. */
export interface ArtRequest {
  readonly hexes: readonly string[];
  readonly styles: readonly Style[];
  /** The longer side of each image, in pixels. */
  readonly size: number;
}

/** Art in memory, trimmed to what is not transparent. */
export interface EmojiAtlas {
  readonly size: number;
  /** The image of an emoji that was asked for; any other is an error. */
  get(hex: string, style: Style): RgbaImage;
}

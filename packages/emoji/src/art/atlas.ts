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

/** Which animations to have at hand. */
export interface AnimationRequest {
  readonly hexes: readonly string[];
  readonly frames: number;
  /** The longer side of each frame, in pixels. */
  readonly size: number;
}

/** Animations in memory, all frames of one trimmed to the same box. */
export interface Animations {
  /** The frames of an animation that was asked for. */
  frames(hex: string): readonly RgbaImage[];
  /** The first frame of each, in the style "3d". */
  readonly atlas: EmojiAtlas;
}

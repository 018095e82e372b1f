import type { RgbaImage } from "aquatint/formats";
import type { Animations } from "../art/atlas.ts";
import type { Cast, SceneWorld, Weighted } from "../casting.ts";
import type { MotionName } from "./motions.ts";
import type { Path } from "./pose.ts";

/** A world of clips. */
export interface ClipWorld extends Omit<SceneWorld, "templates"> {
  readonly frames: number;
  /** True for one frame of each clip, at a random moment. */
  readonly still?: boolean;
  readonly motions: readonly Weighted<MotionName>[];
  /** Animated emoji, and their share of the clips; none if left out. */
  readonly animations?: { readonly source: Animations; readonly share: number } | undefined;
}

/** Who moves how in front of what: the choices that may be held out or hard to see. */
export interface ClipCast extends Pick<Cast, "style" | "kind" | "things" | "colors"> {
  /** Null for an animated emoji. */
  readonly motion: MotionName | null;
}

/** Words for a clip, and the path and art of each thing. */
export interface ClipStaging {
  readonly what: string;
  readonly paths: readonly Path[];
  art(thing: number, frame: number): RgbaImage;
}

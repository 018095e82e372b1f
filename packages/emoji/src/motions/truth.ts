import type { Style } from "../art/atlas.ts";
import type { BackgroundKindName } from "../drawing/backgrounds.ts";
import type { HeldOutReason } from "../held-out.ts";
import type { MotionName } from "./motions.ts";
import type { Path } from "./pose.ts";

/** Truth of a clip, exactly. */
export interface ClipTruth {
  /** Null for an animated emoji, which moves in its own way. */
  readonly motion: MotionName | null;
  readonly style: Style;
  /** Colors in the kind's order. */
  readonly background: { readonly kind: BackgroundKindName; readonly colors: readonly string[] };
  /** In the motion's order; later ones are in front. */
  readonly objects: readonly MovingObject[];
  /** Why training never sees it; empty where it may. */
  readonly heldOut: readonly HeldOutReason[];
}

/** One thing in a clip. */
export interface MovingObject {
  readonly name: string;
  readonly hex: string;
  /** True if left and right are swapped. */
  readonly mirrored: boolean;
  /** A pose a frame. */
  readonly path: Path;
}

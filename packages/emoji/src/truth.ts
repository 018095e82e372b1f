import type { Placement } from "aquatint/data";
import type { Style } from "./art/atlas.ts";
import type { BackgroundKindName } from "./drawing/backgrounds.ts";
import type { Shape } from "./drawing/shapes.ts";
import type { HeldOutReason } from "./held-out.ts";
import type { TemplateName } from "./templates.ts";

/** Truth of a scene, exactly. */
export interface SceneTruth {
  /** The relation of the objects: with "left" the first is left of the second, however the caption turns it. */
  readonly template: TemplateName;
  readonly style: Style;
  /** Colors in the kind's order. */
  readonly background: { readonly kind: BackgroundKindName; readonly colors: readonly string[] };
  /** In the template's order; later ones are in front. A count is their number. */
  readonly objects: readonly SceneObject[];
  /** True if the caption leaves open on which side of each other the objects are. */
  readonly sideless: boolean;
  /** Shape behind the objects, if anything. */
  readonly shape: Shape | null;
  /** Why training never sees it; empty where it may. */
  readonly heldOut: readonly HeldOutReason[];
}

/** One thing in a scene, about the center (x, y). */
export interface SceneObject extends Placement {
  readonly name: string;
  readonly hex: string;
  /** Width of its box, in fractions of the image's side. */
  readonly width: number;
  readonly height: number;
  /** The name of the color that it was tinted with. */
  readonly tint: string | null;
}

import type { Style } from "./art/atlas.ts";
import table from "./held-out.json" with { type: "json" };

/** What no model sees in training, so that every model can be tested on the same unseen combinations. */
export interface HeldOut {
  /** Two things never seen in one picture, in whatever relation. */
  readonly pairs: readonly (readonly string[])[];
  /** By name, the colours of background it is never seen on. */
  readonly nameColours: Readonly<Record<string, readonly string[]>>;
  /** By name, the styles it is never seen in. */
  readonly nameStyles: Readonly<Record<string, readonly string[]>>;
}

/** The combinations that are held out for good. */
export const heldOut: HeldOut = table;

/** What of a scene decides whether it is held out. */
export interface Combination {
  readonly names: readonly string[];
  readonly style: Style;
  /** Every colour of the background. */
  readonly colours: readonly string[];
}

/** Whether a scene has a combination that training must not see. */
export function isHeldOut(
  { names, style, colours }: Combination,
  { pairs, nameColours, nameStyles } = heldOut,
): boolean {
  return (
    pairs.some(([a, b]) => names.includes(a!) && names.includes(b!)) ||
    names.some((name) => nameStyles[name]?.includes(style)) ||
    names.some((name) => colours.some((colour) => nameColours[name]?.includes(colour)))
  );
}

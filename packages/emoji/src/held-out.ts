import { stringHash } from "aquatint/data";
import type { Style } from "./art/atlas.ts";
import table from "./held-out.json" with { type: "json" };

/** Combinations that no model sees in training, so that every model can be tested on the same unseen combinations. */
export interface HeldOut {
  /** Two things never seen in one image, in whatever relation. */
  readonly pairs: readonly (readonly string[])[];
  /** The share, 0 .. 1, of all other pairs of things that are never seen in one image, chosen by `pairHash`. */
  readonly pairShare: number;
  /** By name, the colors of background it is never seen on. */
  readonly nameColors: Readonly<Record<string, readonly string[]>>;
  /** By name, the styles it is never seen in. */
  readonly nameStyles: Readonly<Record<string, readonly string[]>>;
  /** By template, the kinds of background it is never seen on. */
  readonly templateBackgrounds: Readonly<Record<string, readonly string[]>>;
  /** The share, 0 .. 1, of pairs of a thing and a motion that are never seen in one clip, chosen by `motionHash`. */
  readonly motionShare: number;
}

/** The combinations that are held out for good. */
export const heldOut: HeldOut = table;

/** Parts of a scene that decide whether it is held out. */
export interface Combination {
  readonly template: string;
  readonly names: readonly string[];
  readonly style: Style;
  /** The kind of the background. */
  readonly background: string;
  /** Every color that is behind the things. */
  readonly colors: readonly string[];
  /** The motion, of clips. */
  readonly motion?: string | undefined;
}

/** Why a scene may be held out: what of it no model sees together. */
export type HeldOutReason = "pair" | "name-style" | "name-color" | "template-background" | "name-motion";

const rules: Readonly<Record<HeldOutReason, (scene: Combination, table: HeldOut) => boolean>> = {
  pair: ({ names }, { pairs, pairShare }) =>
    names.some((a, i) =>
      names
        .slice(i + 1)
        .some((b) => a !== b && (pairHash(a, b) < pairShare || pairs.some((p) => p.includes(a) && p.includes(b)))),
    ),
  "name-style": ({ names, style }, { nameStyles }) => names.some((name) => nameStyles[name]?.includes(style)),
  "name-color": ({ names, colors }, { nameColors }) =>
    names.some((name) => colors.some((color) => nameColors[name]?.includes(color))),
  "template-background": ({ template, background }, { templateBackgrounds }) =>
    templateBackgrounds[template]?.includes(background) ?? false,
  "name-motion": ({ names, motion }, { motionShare }) =>
    motion !== undefined && names.some((name) => motionHash(name, motion) < motionShare),
};

/** Each reason for which training must not see a scene; none where it may. */
export const heldOutReasons = (scene: Combination, table = heldOut): readonly HeldOutReason[] =>
  (Object.keys(rules) as HeldOutReason[]).filter((reason) => rules[reason](scene, table));

/** Tells whether a scene has a combination that training must not see. */
export const isHeldOut = (scene: Combination, table = heldOut): boolean => heldOutReasons(scene, table).length > 0;

/** A number in 0 .. 1 that belongs to two names, in whatever order. */
export const pairHash = (a: string, b: string): number => stringHash([a, b].sort().join("|"));

/** A number in 0 .. 1 that belongs to a thing and its motion. */
export const motionHash = (name: string, motion: string): number => stringHash(`${name} moves: ${motion}`);

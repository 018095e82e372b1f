import { pick, weighted } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { AquatintError, lookup } from "aquatint/util";
import type { EmojiAtlas, Style } from "./art/atlas.ts";
import { type BackgroundKindName, backgroundKinds } from "./drawing/backgrounds.ts";
import { colors, type NamedColor } from "./drawing/colors.ts";
import { thinned, toldApart, visibleShare } from "./drawing/contrast.ts";
import { tinted } from "./drawing/tint.ts";
import { type HeldOutReason, heldOutReasons } from "./held-out.ts";
import type { EmojiName } from "./names.ts";
import type { Template } from "./template.ts";
import { type TemplateName, templates } from "./templates.ts";
import type { Wording } from "./wording/wording.ts";

/** Something that is drawn more or less often. */
export interface Weighted<T> {
  readonly item: T;
  readonly weight: number;
}

/** A world of scenes. */
export interface SceneWorld {
  readonly templates: readonly Weighted<TemplateName>[];
  readonly names: readonly EmojiName[];
  /** The first one goes without saying where the wording leaves it out. */
  readonly styles: readonly Style[];
  /** Weights of the styles; all alike if left out. */
  readonly styleWeights?: readonly Weighted<Style>[];
  readonly backgrounds: readonly Weighted<BackgroundKindName>[];
  readonly colors: readonly NamedColor[];
  /** Swap left and right of each thing one time in two. */
  readonly mirror: boolean;
  readonly atlas: EmojiAtlas;
  readonly wording: Wording;
}

/** A scene before it is placed: the choices that may be held out or hard to see. */
export interface Cast {
  readonly template: TemplateName;
  readonly style: Style;
  readonly kind: BackgroundKindName;
  readonly things: readonly EmojiName[];
  /** The background's. */
  readonly colors: readonly NamedColor[];
  /** The template's own. */
  readonly paints: readonly NamedColor[];
  /** The motion, of clips. */
  readonly motion?: string | undefined;
}

/** A thing of which less than this share can be told apart from a color is never drawn on it. */
const LEAST_VISIBLE = 0.5;

const colorNamed = new Map(colors.map((color) => [color.name, color]));

/** Draws casts, good or bad: what is held out or hard to see is sorted out later. */
export function casting(world: SceneWorld): (random: RandomStream) => Cast {
  const pools = new Map(world.templates.map(({ item }) => [item, poolsOf(item, world.names)]));
  return (random) => {
    const template = weighted(random, world.templates).item;
    const kind = weighted(random, world.backgrounds).item;
    const { paints }: Template = templates[template];
    return {
      template,
      kind,
      style: world.styleWeights ? weighted(random, world.styleWeights).item : pick(random, world.styles),
      things: different(random, lookup(pools, template)),
      colors: different(random, times(backgroundKinds[kind].colors, world.colors)),
      paints: paints ? different(random, times(paints.count, paints.from)).map((name) => lookup(colorNamed, name)) : [],
    };
  };
}

/** Tells whether scenes of a kind can be cast from names. */
export const canPlay = (template: TemplateName, names: readonly EmojiName[]): boolean =>
  castFrom(template, names) !== undefined;

/** Tells whether things suit the parts of a template, each its own. */
export function suitsAll(name: TemplateName, things: readonly EmojiName[]): boolean {
  const template: Template = templates[name];
  return template.things === things.length && things.every((thing, part) => template.suits?.(thing, part) ?? true);
}

/** Who can play each part; undefined where a part has nobody. */
function castFrom(name: TemplateName, names: readonly EmojiName[]): readonly (readonly EmojiName[])[] | undefined {
  const template: Template = templates[name];
  const pools = Array.from({ length: template.things }, (_, part) =>
    names.filter((thing) => template.suits?.(thing, part) ?? true),
  );
  const enough = new Set(pools.flat()).size >= template.things && pools.every((pool) => pool.length > 0);
  return enough ? pools : undefined;
}

function poolsOf(name: TemplateName, names: readonly EmojiName[]): readonly (readonly EmojiName[])[] {
  const pools = castFrom(name, names);
  if (pools) return pools;
  const { things }: Template = templates[name];
  throw new AquatintError(
    "data/nothing-to-draw",
    `scenes of "${name}" take ${things} of the names, and too few of these ${names.length} can play in it`,
    { hint: `give the dataset more names, or leave "${name}" out of its templates` },
  );
}

const times = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

/** One item of each list, no two the same: one that is taken is drawn again, for which the lists must be long enough. */
export function different<T>(random: RandomStream, pools: readonly (readonly T[])[]): readonly T[] {
  const items: T[] = [];
  for (const pool of pools) {
    const free = pool.length > 2 * items.length + 2 ? undefined : pool.filter((item) => !items.includes(item));
    let item = pick(random, free ?? pool);
    while (items.includes(item)) item = pick(random, pool);
    items.push(item);
  }
  return items;
}

/** The reasons to hold a cast out of training; undefined where something in it would be hard to see. */
export type HeldOutRule = (cast: Cast) => readonly HeldOutReason[] | undefined;

/** Judges casts by the art of an atlas. */
export function judgeOf(atlas: EmojiAtlas): HeldOutRule {
  const small = remembered((hex: string, style: string) => thinned(atlas.get(hex, style as Style)));
  const isVisible = remembered((thing: string, ground: string, tint: string) => {
    const [hex, style] = thing.split(" ") as [string, string];
    const art = small(hex, style);
    const painted = tint === "" ? art : tinted(art, lookup(colorNamed, tint).rgb);
    return visibleShare(painted, lookup(colorNamed, ground).rgb) >= LEAST_VISIBLE;
  });
  return ({ template, kind, style, things, colors, paints, motion }) => {
    const { paints: kindOfPaints }: Template = templates[template];
    const behind = kindOfPaints?.use === "behind" ? [...colors, ...paints] : colors;
    const tints = kindOfPaints?.use === "tints" ? paints : [];
    const distinct = paints.every((paint, i) =>
      [...colors, ...paints.slice(i + 1)].every((other) => toldApart(paint.rgb, other.rgb)),
    );
    if (
      !distinct ||
      !things.every((t, i) =>
        behind.every((ground) => isVisible(`${t.hex} ${style}`, ground.name, tints[i]?.name ?? "")),
      )
    )
      return;
    const [names, grounds] = [things.map((t) => t.name), behind.map((c) => c.name)];
    return heldOutReasons({ template, names, style, background: kind, colors: grounds, motion });
  };
}

/** The same function, which computes each value once. */
function remembered<A extends readonly string[], T>(compute: (...key: A) => T): (...key: A) => T {
  const values = new Map<string, T>();
  return (...key) => {
    const name = key.join("|");
    let value = values.get(name);
    if (value === undefined) {
      value = compute(...key);
      values.set(name, value);
    }
    return value;
  };
}

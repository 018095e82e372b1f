import { AquatintError } from "../../errors.ts";
import type { RandomStream } from "../../math/random.ts";
import type { Sample } from "../indexed-stream.ts";
import type { EmojiAtlas, Style } from "./art/atlas.ts";
import { type BackgroundKindName, backgroundKinds } from "./backgrounds.ts";
import { caption, pick, worded } from "./caption.ts";
import type { NamedColour } from "./colours.ts";
import { blend, type Place } from "./compose.ts";
import { visibleShare } from "./contrast.ts";
import { isHeldOut } from "./held-out.ts";
import type { EmojiName } from "./names.ts";
import { type TemplateName, templates } from "./templates.ts";

/** What is to be seen in a scene, exactly. */
export interface SceneTruth {
  readonly template: TemplateName;
  readonly style: Style;
  readonly background: { readonly kind: BackgroundKindName; readonly colours: readonly string[] };
  /** In the template's order. */
  readonly objects: readonly SceneObject[];
}

/** One thing in a scene. */
export interface SceneObject extends Place {
  readonly name: string;
  readonly hex: string;
}

/** What scenes are drawn from. */
export interface SceneWorld {
  readonly templates: readonly TemplateName[];
  readonly names: readonly EmojiName[];
  readonly styles: readonly Style[];
  readonly backgrounds: readonly BackgroundKindName[];
  readonly colours: readonly NamedColour[];
  /** Swap left and right of each thing one time in two. */
  readonly mirror: boolean;
  readonly atlas: EmojiAtlas;
}

/** A scene before it is placed: the choices that may be held out. */
export interface Cast {
  readonly template: TemplateName;
  readonly style: Style;
  readonly kind: BackgroundKindName;
  readonly things: readonly EmojiName[];
  readonly colours: readonly NamedColour[];
}

/** A thing of which less than this share can be told apart from a colour is never drawn on it. */
const LEAST_VISIBLE = 0.4;

const ATTEMPTS = 1000;

/** Draws scenes of the world, never a held-out one and never one whose background swallows a thing. */
export function sceneSource(world: SceneWorld): (random: RandomStream) => Sample<SceneTruth> {
  const allowed = allowedIn(world);
  return (random) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const cast = drawCast(random, world);
      if (allowed(cast)) return staged(random, cast, world);
    }
    throw new AquatintError("data/nothing-to-draw", `${ATTEMPTS} scenes in a row were held out or hard to see`, {
      hint: "give the dataset more names, styles or colours",
    });
  };
}

/** Whether training may see a scene of this cast. */
export function allowedIn({ atlas }: Pick<SceneWorld, "atlas">): (cast: Cast) => boolean {
  const shares = new Map<string, number>();
  const visible = ({ hex }: EmojiName, style: Style, { name, rgb }: NamedColour): boolean => {
    const key = `${hex} ${style} ${name}`;
    const share = shares.get(key) ?? visibleShare(atlas.get(hex, style), rgb);
    shares.set(key, share);
    return share >= LEAST_VISIBLE;
  };
  return ({ things, style, colours }) =>
    !isHeldOut({ names: things.map((t) => t.name), style, colours: colours.map((c) => c.name) }) &&
    things.every((thing) => colours.every((colour) => visible(thing, style, colour)));
}

function drawCast(random: RandomStream, world: SceneWorld): Cast {
  const template = pick(random, world.templates);
  const kind = pick(random, world.backgrounds);
  return {
    template,
    kind,
    style: pick(random, world.styles),
    things: several(random, world.names, templates[template].objects),
    colours: several(random, world.colours, backgroundKinds[kind].colours),
  };
}

/** `count` different ones of the items. */
function several<T>(random: RandomStream, items: readonly T[], count: number): readonly T[] {
  const order = [...items.keys()];
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => {
    const j = random.randint(i, order.length, 1)[0]!;
    [order[i], order[j]] = [order[j]!, order[i]!];
    return items[order[i]!]!;
  });
}

function staged(random: RandomStream, cast: Cast, { atlas, mirror }: SceneWorld): Sample<SceneTruth> {
  const { template, style, kind, things, colours } = cast;
  const art = things.map(({ hex }) => atlas.get(hex, style));
  const places = templates[template].layout(
    random,
    art.map(({ width, height }) => width / height),
  );
  const objects = places.map((place, i): SceneObject => {
    const { name, hex } = things[i]!;
    return { ...place, mirrored: mirror && random.rand(1)[0]! < 0.5, name, hex };
  });
  const phrases = things.map(({ phrase, aliases }) => worded(random, phrase, aliases));
  const what = pick(random, templates[template].wordings)(phrases);
  const words = colours.map(({ name, aliases }) => worded(random, name, aliases));
  return {
    caption: caption(random, { what, style, background: backgroundKinds[kind].phrase(words) }),
    truth: { template, style, background: { kind, colours: colours.map(({ name }) => name) }, objects },
    paint(pixels) {
      const canvas = { side: Math.sqrt(pixels.length / 3), pixels };
      backgroundKinds[kind].paint(canvas, colours);
      objects.forEach((place, i) => {
        blend(canvas, art[i]!, place);
      });
    },
  };
}

import { blend, type Canvas, type Sample, type Split, worded } from "aquatint/data";
import type { RgbaImage } from "aquatint/formats";
import { drawUniform, type RandomStream } from "aquatint/math";
import { AquatintError, itemAt, required } from "aquatint/util";
import { type Cast, casting, judgeOf, type SceneWorld } from "./casting.ts";
import { backgroundKinds } from "./drawing/backgrounds.ts";
import { colors } from "./drawing/colors.ts";
import { paintShape } from "./drawing/shapes.ts";
import { tinted } from "./drawing/tint.ts";
import type { HeldOutReason } from "./held-out.ts";
import type { Staging, Template } from "./template.ts";
import { type TemplateName, templates } from "./templates.ts";
import type { SceneObject, SceneTruth } from "./truth.ts";

const ATTEMPTS = 1000;

const templateOf = (name: TemplateName): Template => templates[name];

/** Draws scenes of one part of a world; none whose background swallows a thing. */
export type SceneSource = (random: RandomStream) => Sample<SceneTruth>;

/** A cast that may be shown, with the reasons for which training must not see it. */
export interface CastChoice {
  readonly cast: Cast;
  readonly reasons: readonly HeldOutReason[];
}

/** Chooses casts of one part of a world. */
export interface CastSource {
  draw(random: RandomStream): CastChoice;
  /** A cast as a chosen one; undefined where it belongs to the other part or has something hard to see. */
  choose(cast: Cast): CastChoice | undefined;
}

/** The sources of a world's casts: for training, never a held-out one; for evaluation, held-out ones alone. */
export function castSources(world: SceneWorld): Readonly<Record<Split, CastSource>> {
  const cast = casting(world);
  const judge = judgeOf(world.atlas);
  const source = (unwanted: string, isWanted: (reasons: readonly HeldOutReason[]) => boolean): CastSource => {
    const choose = (cast: Cast): CastChoice | undefined => {
      const reasons = judge(cast);
      return reasons && isWanted(reasons) ? { cast, reasons } : undefined;
    };
    const draw = (random: RandomStream): CastChoice => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const choice = choose(cast(random));
        if (choice) return choice;
      }
      throw new AquatintError("data/nothing-to-draw", `${ATTEMPTS} scenes in a row were ${unwanted} or hard to see`, {
        hint: "give the dataset more names, styles or colors",
      });
    };
    return { draw, choose };
  };
  return {
    train: source("held out", (reasons) => reasons.length === 0),
    "held-out": source("not held out", (reasons) => reasons.length > 0),
  };
}

/** The sources of a world's scenes: for training, never a held-out one; for evaluation, held-out ones alone. */
export function sceneSources(world: SceneWorld): Readonly<Record<Split, SceneSource>> {
  const casts = castSources(world);
  const source =
    (split: Split): SceneSource =>
    (random) =>
      staged(random, casts[split].draw(random), { world });
  return { train: source("train"), "held-out": source("held-out") };
}

/** Options of placing a cast. */
interface Stage {
  readonly world: SceneWorld;
  /** Offset from the variant that is drawn; none if left out. */
  readonly turn?: number;
}

/** A cast in its places, with the words for it. */
export function staged(random: RandomStream, choice: CastChoice, { world, turn = 0 }: Stage): Sample<SceneTruth> {
  const { template, style, kind, things, colors, paints } = choice.cast;
  const { wording } = world;
  const art = things.map(({ hex }) => world.atlas.get(hex, style));
  const aspects = art.map(({ width, height }) => width / height);
  const mirrored = things.map(() => world.mirror && drawUniform(random) < 0.5);
  const staging = templates[template].stage(random, { things, aspects, mirrored, paints, wording, turn });
  const words = colors.map(({ name, aliases }) => worded(random, [name, ...aliases]));
  const ground = backgroundKinds[kind];
  const variation = ground.colors > 1 ? drawUniform(random) : 0;
  const objects = objectsOf(choice.cast, staging, { aspects, mirrored });
  const setting = { sideless: templateOf(template).sideless ?? false, shape: staging.shape ?? null };
  const background = { kind, colors: colors.map(({ name }) => name) };
  return {
    caption: wording.caption(random, {
      what: staging.what,
      style,
      usualStyle: style === world.styles[0],
      background: ground.phrase(words),
      before: ground.before(words),
    }),
    truth: { template, style, background, objects, ...setting, heldOut: choice.reasons },
    paint(pixels) {
      const canvas = { side: Math.sqrt(pixels.length / 3), pixels };
      ground.paint(canvas, colors, variation);
      if (staging.shape) paintShape(canvas, staging.shape, rgbOf(staging.shape.color));
      paintObjects(canvas, objects, (thing) => itemAt(art, itemAt(staging.parts, thing).thing));
    },
  };
}

function objectsOf(
  { template, things, paints }: Cast,
  { parts }: Staging,
  { aspects, mirrored }: { readonly aspects: readonly number[]; readonly mirrored: readonly boolean[] },
): readonly SceneObject[] {
  const { paints: use } = templateOf(template);
  return parts.map(({ thing, placement }) => {
    const aspect = itemAt(aspects, thing);
    const { name, hex } = itemAt(things, thing);
    return {
      ...placement,
      mirrored: itemAt(mirrored, thing),
      name,
      hex,
      width: placement.size * Math.min(1, aspect),
      height: placement.size * Math.min(1, 1 / aspect),
      tint: use?.use === "tints" ? itemAt(paints, thing).name : null,
    };
  });
}

function paintObjects(canvas: Canvas, objects: readonly SceneObject[], artOf: (object: number) => RgbaImage): void {
  objects.forEach((object, i) => {
    const art = artOf(i);
    blend(canvas, object.tint === null ? art : tinted(art, rgbOf(object.tint)), object);
  });
}

const rgbOf = (name: string) =>
  required(
    colors.find((color) => color.name === name),
    name,
  ).rgb;

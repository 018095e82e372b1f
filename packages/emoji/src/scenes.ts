import { blend, type Canvas, type RgbaPicture, type Sample, type Split, worded } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { AquatintError } from "aquatint/util";
import { backgroundKinds } from "./backgrounds.ts";
import { caption } from "./caption.ts";
import { type Cast, casting, judgeOf, type SceneWorld } from "./casting.ts";
import { colours } from "./colours.ts";
import type { HeldOutReason } from "./held-out.ts";
import { paintShape } from "./shapes.ts";
import type { Staging, Template } from "./template.ts";
import { templates } from "./templates.ts";
import { tinted } from "./tint.ts";
import type { SceneObject, SceneTruth } from "./truth.ts";

const ATTEMPTS = 1000;

/** Draws scenes of one part of a world; none whose background swallows a thing. */
export type SceneSource = (random: RandomStream) => Sample<SceneTruth>;

/** The sources of a world's scenes: for training, never a held-out one; for evaluation, held-out ones alone. */
export function sceneSources(world: SceneWorld): Readonly<Record<Split, SceneSource>> {
  const draw = casting(world);
  const judge = judgeOf(world.atlas);
  const source =
    (unwanted: string, wanted: (reasons: readonly HeldOutReason[]) => boolean): SceneSource =>
    (random) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const cast = draw(random);
        const reasons = judge(cast);
        if (reasons && wanted(reasons)) return staged(random, cast, { world, reasons });
      }
      throw new AquatintError("data/nothing-to-draw", `${ATTEMPTS} scenes in a row were ${unwanted} or hard to see`, {
        hint: "give the dataset more names, styles or colours",
      });
    };
  return {
    train: source("held out", (reasons) => reasons.length === 0),
    "held-out": source("not held out", (reasons) => reasons.length > 0),
  };
}

interface Stage {
  readonly world: SceneWorld;
  readonly reasons: readonly HeldOutReason[];
}

/** A cast in its places, with the words for it. */
function staged(random: RandomStream, cast: Cast, { world, reasons }: Stage): Sample<SceneTruth> {
  const { template, style, kind, things, colours, paints } = cast;
  const art = things.map(({ hex }) => world.atlas.get(hex, style));
  const aspects = art.map(({ width, height }) => width / height);
  const mirrored = things.map(() => world.mirror && random.rand(1)[0]! < 0.5);
  const staging = templates[template].stage(random, { things, aspects, mirrored, paints });
  const words = colours.map(({ name, aliases }) => worded(random, [name, ...aliases]));
  const ground = backgroundKinds[kind];
  const variation = ground.colours > 1 ? random.rand(1)[0]! : 0;
  const objects = objectsOf(cast, staging, { aspects, mirrored });
  const background = { kind, colours: colours.map(({ name }) => name) };
  return {
    caption: caption(random, {
      what: staging.what,
      style,
      background: ground.phrase(words),
      before: ground.before(words),
    }),
    truth: { template, style, background, objects, shape: staging.shape ?? null, heldOut: reasons },
    paint(pixels) {
      const canvas = { side: Math.sqrt(pixels.length / 3), pixels };
      ground.paint(canvas, colours, variation);
      if (staging.shape) paintShape(canvas, staging.shape, rgbOf(staging.shape.colour));
      paintObjects(canvas, objects, (thing) => art[staging.parts[thing]!.thing]!);
    },
  };
}

function objectsOf(
  { template, things, paints }: Cast,
  { parts }: Staging,
  { aspects, mirrored }: { readonly aspects: readonly number[]; readonly mirrored: readonly boolean[] },
): readonly SceneObject[] {
  const { paints: use }: Template = templates[template];
  return parts.map(({ thing, place }) => {
    const aspect = aspects[thing]!;
    const { name, hex } = things[thing]!;
    return {
      ...place,
      mirrored: mirrored[thing]!,
      name,
      hex,
      width: place.size * Math.min(1, aspect),
      height: place.size * Math.min(1, 1 / aspect),
      tint: use?.use === "tints" ? paints[thing]!.name : null,
    };
  });
}

function paintObjects(canvas: Canvas, objects: readonly SceneObject[], artOf: (object: number) => RgbaPicture): void {
  objects.forEach((object, i) => {
    const art = artOf(i);
    blend(canvas, object.tint === null ? art : tinted(art, rgbOf(object.tint)), object);
  });
}

const rgbOf = (name: string) => colours.find((colour) => colour.name === name)!.rgb;

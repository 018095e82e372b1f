import { blend, type Canvas, pick, type Sample, type Split, weighted, worded } from "aquatint/data";
import type { RgbaImage } from "aquatint/formats";
import { drawUniform, type RandomStream } from "aquatint/math";
import { AquatintError, itemAt } from "aquatint/util";
import type { Style } from "../art/atlas.ts";
import { different, judgeOf } from "../casting.ts";
import { backgroundKinds } from "../drawing/backgrounds.ts";
import type { HeldOutReason } from "../held-out.ts";
import { said } from "../templates/words.ts";
import { animatedCast, animatedStaging } from "./animated.ts";
import type { Motion } from "./motion.ts";
import { type MotionName, motions } from "./motions.ts";
import { posed } from "./posed.ts";
import type { ClipTruth, MovingObject } from "./truth.ts";
import type { ClipCast, ClipStaging, ClipWorld } from "./world.ts";

const ATTEMPTS = 1000;

/** Draws clips of one part of a world; none whose background swallows a thing. */
export type ClipSource = (random: RandomStream) => Sample<ClipTruth>;

/** The sources of a world's clips: for training, never a held-out one; for evaluation, held-out ones alone. */
export function clipSources(world: ClipWorld): Readonly<Record<Split, ClipSource>> {
  const judges = {
    composed: judgeOf(world.atlas),
    animated: world.animations && judgeOf(world.animations.source.atlas),
  };
  const source =
    (unwanted: string, isWanted: (reasons: readonly HeldOutReason[]) => boolean): ClipSource =>
    (random) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const cast = clipCast(random, world);
        const judge = cast.motion === null ? judges.animated : judges.composed;
        const template = cast.things.length === 1 ? "single" : "beside";
        const reasons = judge?.({ ...cast, template, paints: [], motion: cast.motion ?? undefined });
        if (reasons && isWanted(reasons)) return stagedClip(random, { cast, reasons, world });
      }
      throw new AquatintError("data/nothing-to-draw", `${ATTEMPTS} clips in a row were ${unwanted} or hard to see`, {
        hint: "give the dataset more names, styles, colors or motions",
      });
    };
  return {
    train: source("held out", (reasons) => reasons.length === 0),
    "held-out": source("not held out", (reasons) => reasons.length > 0),
  };
}

/** Draws a cast, good or bad: what is held out or hard to see is sorted out later. */
function clipCast(random: RandomStream, world: ClipWorld): ClipCast {
  const kind = weighted(random, world.backgrounds).item;
  const colors = different(
    random,
    Array.from({ length: backgroundKinds[kind].colors }, () => world.colors),
  );
  if (world.animations && drawUniform(random) < world.animations.share) {
    return { ...animatedCast(random, world.animations.source), kind, colors };
  }
  const motion = weighted(random, world.motions).item;
  const style = world.styleWeights ? weighted(random, world.styleWeights).item : pick(random, world.styles);
  const things = different(
    random,
    Array.from({ length: motions[motion].things }, () => world.names),
  );
  return { motion, style, kind, things, colors };
}

interface ClipChoice {
  readonly cast: ClipCast;
  readonly reasons: readonly HeldOutReason[];
  readonly world: ClipWorld;
}

/** A cast in motion, with the words for it. */
function stagedClip(random: RandomStream, { cast, reasons, world }: ClipChoice): Sample<ClipTruth> {
  const { motion, style, kind, things, colors } = cast;
  const mirrored = things.map(() => world.mirror && drawUniform(random) < 0.5);
  const staging =
    motion === null
      ? animatedStaging(random, world, itemAt(things, 0))
      : composedStaging(random, world, { motion, style, things });
  const words = colors.map(({ name, aliases }) => worded(random, [name, ...aliases]));
  const ground = backgroundKinds[kind];
  const variation = ground.colors > 1 ? drawUniform(random) : 0;
  const all = Array.from({ length: world.frames }, (_, frame) => frame);
  const moments = world.still ? [pick(random, all)] : all;
  const objects = things.map(({ name, hex }, i): MovingObject => {
    const path = moments.map((moment) => itemAt(itemAt(staging.paths, i), moment));
    return { name, hex, mirrored: itemAt(mirrored, i), path };
  });
  return {
    caption: world.wording.caption(random, {
      what: staging.what,
      style,
      usualStyle: style === world.styles[0],
      background: ground.phrase(words),
      before: ground.before(words),
    }),
    truth: { motion, style, background: { kind, colors: colors.map(({ name }) => name) }, objects, heldOut: reasons },
    paint(pixels) {
      const length = pixels.length / moments.length;
      for (const [frame, moment] of moments.entries()) {
        const canvas = { side: Math.sqrt(length / 3), pixels: pixels.subarray(frame * length, (frame + 1) * length) };
        ground.paint(canvas, colors, variation);
        paintThings(canvas, objects, { frame, art: (thing) => staging.art(thing, moment) });
      }
    },
  };
}

interface ComposedCast {
  readonly motion: MotionName;
  readonly style: Style;
  readonly things: ClipCast["things"];
}

function composedStaging(random: RandomStream, world: ClipWorld, { motion, style, things }: ComposedCast): ClipStaging {
  const { usual, more, paths }: Motion = motions[motion];
  const art = things.map(({ hex }) => world.atlas.get(hex, style));
  return {
    what: said(random, { things, wording: world.wording }, usual, more?.(things)),
    paths: paths(random, world.frames),
    art: (thing) => itemAt(art, thing),
  };
}

interface Moment {
  /** Index into the paths. */
  readonly frame: number;
  art(thing: number): RgbaImage;
}

function paintThings(canvas: Canvas, objects: readonly MovingObject[], { frame, art }: Moment): void {
  for (const [i, { path, mirrored }] of objects.entries()) {
    const pose = itemAt(path, frame);
    if (pose.opacity === 0) continue;
    const { image, scale } = posed(art(i), pose);
    blend(canvas, image, { x: pose.x, y: pose.y, size: scale * pose.size, mirrored });
  }
}

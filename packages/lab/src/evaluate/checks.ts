import type { SceneTruth } from "@aquatint/emoji";
import { dot } from "aquatint/math";
import { itemAt } from "aquatint/util";

/** One thing that a judge sees, about the center (x, y) in fractions of the image's sides. */
export interface Detection {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** Detections of a judge in an image. */
export interface Detections {
  /** Clearest first. */
  readonly things: readonly Detection[];
  /** The colors of the border, widest first. */
  readonly border: readonly string[];
}

/** A caption, and the scene that it was written for. */
export interface Target extends SceneTruth {
  readonly caption: string;
}

/** A question about an image: an answer for each thing that it is about, none where the caption does not ask it. */
export interface Check {
  /** One line for a table. */
  readonly about: string;
  readonly answers: (detections: Detections, target: Target) => readonly boolean[];
}

/** Every wording of a background has "background" or "ground" in it; captions may leave it out. */
const NAMES_GROUND = /ground/;

/** Every question, by its name in reports. */
export const checks = {
  object: {
    about: "a requested thing is there",
    answers: ({ things }, { objects }) => {
      const clearest = things.slice(0, objects.length).map(({ name }) => name);
      return [...new Set(objects.map(({ name }) => name))].map((name) => clearest.includes(name));
    },
  },
  background: {
    about: "the border has the requested colors",
    answers: ({ border }, { caption, background: { colors } }) => {
      if (!NAMES_GROUND.test(caption)) return [];
      const widest = border.slice(0, colors.length);
      return [colors.every((color) => widest.includes(color))];
    },
  },
  relation: {
    about: "different things are there and stand to each other as they should",
    answers: ({ things }, { objects, sideless }) => {
      const names = new Set(objects.map(({ name }) => name));
      if (names.size < 2) return [];
      const stand = () => [...names].every((name) => things.some((thing) => thing.name === name));
      return [sideless ? stand() : relationsMatch(things, objects)];
    },
  },
  count: {
    about: "there are as many of a thing as requested",
    answers: ({ things }, { objects }) => {
      const name = itemAt(objects, 0).name;
      const isGroup = objects.length > 1 && objects.every((object) => object.name === name);
      return isGroup ? [things.filter((thing) => thing.name === name).length === objects.length] : [];
    },
  },
} as const satisfies Readonly<Record<string, Check>>;

/** The name of a question. */
export type CheckName = keyof typeof checks;

/** The cosine of the widest angle, 45 degrees, by which a direction may be off. */
const ALIGNED = Math.SQRT1_2;

/** Tells whether each two things are there, in the direction from each other that was asked for. */
function relationsMatch(things: readonly Detection[], objects: SceneTruth["objects"]): boolean {
  const matches = objects.map(({ name }) => things.find((thing) => thing.name === name));
  return objects.every((a, i) =>
    objects.slice(i + 1).every((b, j) => {
      const [detectedA, detectedB] = [matches[i], matches[i + 1 + j]];
      if (!detectedA || !detectedB) return false;
      const [expected, actual] = [
        [b.x - a.x, b.y - a.y],
        [detectedB.x - detectedA.x, detectedB.y - detectedA.y],
      ] as const;
      const along = dot(expected, actual);
      return along > ALIGNED * Math.hypot(...expected) * Math.hypot(...actual);
    }),
  );
}

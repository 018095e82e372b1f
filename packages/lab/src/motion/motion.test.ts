import { type ClipTruth, clipKinds, type EmojiAtlas, type MotionName, motionNames } from "@aquatint/emoji";
import type { Dataset } from "aquatint/data";
import type { Image } from "aquatint/formats";
import { beforeAll, describe, expect, test } from "vitest";
import { realClips, restingCaption } from "./captions.ts";
import { type LabeledFeatures, trainMotionClassifier } from "./classifier.ts";
import { motionFeatures } from "./features.ts";
import { flickerOf } from "./flicker.ts";
import { motionEvaluation } from "./report.ts";
import { segmentOf } from "./segmentation.ts";

const SIZE = 32;
const names = ["cat", "dog", "house", "tree", "rocket", "star", "car"];

/** A letter F for every emoji: no turn of it is like another. */
const letter: EmojiAtlas = {
  size: 20,
  get: (hex) => ({
    width: 16,
    height: 20,
    channels: 4,
    data: Uint8Array.from(
      Array.from({ length: 320 }, (_, i) => {
        const [x, y] = [i % 16, Math.floor(i / 16)];
        const inked = x < 5 || y < 5 || (y > 8 && y < 13 && x < 12);
        const shade = hex.length % 2 ? 0 : 60;
        return inked ? [shade, 20, x < 5 ? 30 : 200, 255] : [0, 0, 0, 0];
      }).flat(),
    ),
  }),
};

let dataset: Dataset;
beforeAll(async () => {
  const unused = async (): Promise<never> => {
    throw new Error("not needed");
  };
  const { config, create } = clipKinds({ art: async () => letter, animations: unused })["emoji-clips"];
  const fields = {
    name: "emoji-clips",
    size: SIZE,
    names,
    styles: ["3d"],
    backgrounds: { solid: 1 },
    colors: ["white", "yellow"],
  };
  dataset = await create(config.parse(fields), { imageFolder: unused, digits: unused, latentPool: unused });
});

async function labeled(count: number, seed: number): Promise<readonly LabeledFeatures<MotionName>[]> {
  const clips: LabeledFeatures<MotionName>[] = [];
  for await (const { frames, motion } of realClips(dataset, { count, seed, unseen: false })) {
    clips.push({ features: motionFeatures(frames), label: motion });
  }
  return clips;
}

/** A white image with a black square about (x, y), in pixels. */
function square({ x = 16, y = 16, side = 8, shade = 0, ground = 255 } = {}): Image {
  const inside = (at: number) =>
    Math.abs((at % SIZE) + 0.5 - x) < side / 2 && Math.abs(Math.floor(at / SIZE) + 0.5 - y) < side / 2;
  const data = Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => (inside(Math.floor(i / 3)) ? shade : ground));
  return { width: SIZE, height: SIZE, channels: 3, data };
}

test("a thing is found on a plain background: its center, size and contrast", () => {
  const segment = segmentOf(square({ x: 10, y: 20, side: 8 }));
  expect(segment.x).toBeCloseTo(10 / 32, 9);
  expect(segment.y).toBeCloseTo(20 / 32, 9);
  expect(segment.area).toBeCloseTo(64 / 1024, 9);
  expect(segment.spreadX).toBeCloseTo(Math.sqrt(63 / 12) / 32, 6);
  expect(segment.contrast).toBeCloseTo(1, 9);
  expect(segmentOf(square({ shade: 204 })).contrast).toBeCloseTo(0.2, 9);
  expect(segmentOf(square({ side: 0 })).area).toBe(0);
});

test("flicker is that of the background, whatever the thing does", () => {
  const moving = [4, 10, 16, 22].map((x) => square({ x }));
  const flicker = (frames: readonly Image[]) => flickerOf(frames, frames.map(segmentOf));
  expect(flicker(moving)).toBe(0);
  const flickering = [255, 250, 255, 250].map((ground) => square({ ground }));
  expect(flicker(flickering)).toBeCloseTo((5 / 255) ** 2, 9);
});

test("features follow a thing's path", () => {
  const features = motionFeatures(Array.from({ length: 16 }, (_, i) => square({ x: 6 + i, side: 6 })));
  expect(features["moves right"]).toBeCloseTo(14 / 32, 2);
  expect(features["moves down"]).toBeCloseTo(0, 6);
  expect(features["grows"]).toBeCloseTo(0, 6);
  const growing = motionFeatures(Array.from({ length: 16 }, (_, i) => square({ side: 4 + 1.2 * i })));
  expect(growing["grows"]).toBeGreaterThan(0.8);
  const fading = motionFeatures(Array.from({ length: 16 }, (_, i) => square({ shade: 15 * i })));
  expect(fading["gets clearer"]).toBeLessThan(-0.7);
});

describe("the classifier of motions", () => {
  test("tells real clips apart that it has not seen", async () => {
    const classify = trainMotionClassifier(await labeled(390, 1));
    const examples = await labeled(78, 2);
    const hits = examples.filter(({ features, label }) => classify(features) === label).length;
    expect(hits / examples.length).toBeGreaterThan(0.9);
    const frozen = Array.from({ length: 16 }, () => square({ side: 14 }));
    const moves = ["left", "right", "up", "down", "circle", "jump"];
    expect(moves).not.toContain(classify(motionFeatures(frozen)));
  }, 120_000);
});

describe("real clips", () => {
  test("of unseen pairs are those that training never draws", async () => {
    for await (const { truth } of realClips(dataset, { count: 5, seed: 3, unseen: true })) {
      expect(truth.heldOut).toContain("name-motion");
    }
  });

  test("have a caption of the same things at rest", () => {
    const object = (name: string) => ({ name, hex: "", mirrored: false, path: [] });
    const background = { kind: "solid", colors: ["white"] } as const;
    const truth: ClipTruth = {
      motion: "follow",
      style: "3d",
      background,
      objects: [object("cat"), object("dog")],
      heldOut: [],
    };
    const entry = (name: string) => ({ name, hex: "", phrase: `a ${name}`, aliases: [], plural: null });
    expect(restingCaption(truth, [entry("cat"), entry("dog")])).toBe("a cat and a dog, white background");
  });

  test("are refused where a data set has none", async () => {
    const { clip: _, ...stills } = dataset;
    await expect(realClips(stills, { count: 1, seed: 0, unseen: false }).next()).rejects.toThrow("has no clips");
  });
});

test("figures are shares of the model's clips over those of real ones", () => {
  const clip = (motion: MotionName, detected: MotionName, flicker: number, things = [true, true]) => ({
    motion,
    detected,
    flicker,
    things,
  });
  const pair = (detected: MotionName, unseen: boolean, things?: boolean[]) => ({
    unseen,
    generated: clip("left", detected, 0.04, things),
    real: clip("left", "left", 0.01),
    image: [true],
  });
  const evaluation = motionEvaluation([pair("left", false), pair("right", false), pair("right", true, [true, false])]);
  expect(evaluation.motion.familiar).toMatchObject({
    ratio: 0.5,
    generated: { hits: 1, n: 2 },
    real: { hits: 2, n: 2 },
  });
  expect(evaluation.motion.unseen).toMatchObject({ ratio: 0 });
  expect(evaluation.confusions).toEqual({ "left > right": 2 });
  expect(evaluation.thing).toMatchObject({
    generated: { hits: 5, n: 6 },
    real: { hits: 6, n: 6 },
    image: { hits: 3, n: 3 },
  });
  expect(evaluation.flicker.ratio).toBeCloseTo(4, 9);
  expect(motionEvaluation([{ ...pair("left", false), image: undefined }]).thing).toBeNull();
  expect(motionNames).toContain("follow");
});

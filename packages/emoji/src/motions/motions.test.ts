import { torchCpu } from "aquatint/math";
import { describe, expect, test } from "vitest";
import { barsAtlas } from "../bars.cases.ts";
import { colors } from "../drawing/colors.ts";
import { heldOut, motionHash } from "../held-out.ts";
import { emojiNames } from "../names.ts";
import { wordings } from "../wording/wordings.ts";
import { animatedEmoji } from "./animated.ts";
import { clipSources } from "./clips.ts";
import { type MotionName, motionNames, motions } from "./motions.ts";
import type { Path } from "./pose.ts";
import type { ClipTruth } from "./truth.ts";
import type { ClipWorld } from "./world.ts";

const FRAMES = 16;
const atlas = barsAtlas([255, 255, 255, 255], [0, 0, 0, 255], (pixel) => pixel % 2 === 1);
const world = (parts: Partial<ClipWorld> = {}): ClipWorld => ({
  ...{ names: emojiNames, styles: ["3d", "flat"], colors, mirror: false, atlas, wording: wordings.varied },
  backgrounds: [{ item: "solid", weight: 1 }],
  frames: FRAMES,
  motions: motionNames.map((item) => ({ item, weight: 1 })),
  ...parts,
});
const draws = (count: number, parts: Partial<ClipWorld> = {}, split: "train" | "held-out" = "train") => {
  const source = clipSources(world(parts))[split];
  const random = torchCpu(5);
  return Array.from({ length: count }, () => source(random));
};
const only = (item: MotionName): Partial<ClipWorld> => ({ motions: [{ item, weight: 1 }] });
const paths = (motion: MotionName, count = 60): readonly (readonly Path[])[] =>
  draws(count, only(motion)).map(({ truth }) => truth.objects.map(({ path }) => path));
const ends = (path: Path) => [path[0]!, path.at(-1)!] as const;

describe("every motion", () => {
  test.each(motionNames)("%s keeps its things inside, in as many poses as there are frames", (motion) => {
    for (const things of paths(motion)) {
      expect(things.length).toBe(motions[motion].things);
      for (const path of things) {
        expect(path.length).toBe(FRAMES);
        for (const { x, y, size } of path) {
          for (const edge of [x, 1 - x, y, 1 - y]) expect(edge - size / 2).toBeGreaterThan(0);
        }
      }
    }
  });

  test.each(motionNames)("%s is said in several ways", (motion) => {
    const things = emojiNames.slice(0, motions[motion].things);
    const phrases = things.map(({ phrase }) => phrase);
    const sentences = motions[motion].usual.map((say) => say(phrases));
    expect(new Set(sentences).size).toBeGreaterThan(2);
    for (const sentence of sentences) for (const phrase of phrases) expect(sentence).toContain(phrase);
  });
});

describe("the path of what", () => {
  test.each([
    ["left", "x", -1],
    ["right", "x", 1],
    ["up", "y", -1],
    ["down", "y", 1],
  ] as const)("moves %s goes along %s", (motion, axis, toward) => {
    for (const [path] of paths(motion)) {
      const [first, last] = ends(path!);
      expect(toward * (last[axis] - first[axis])).toBeGreaterThan(0.35);
      const other = axis === "x" ? "y" : "x";
      expect(last[other]).toBe(first[other]);
    }
  });

  test("grows and shrinks changes by a factor of 2.5 or more", () => {
    for (const [path] of paths("grow")) expect(ends(path!)[1].size / ends(path!)[0].size).toBeGreaterThan(2.5);
    for (const [path] of paths("shrink")) expect(ends(path!)[0].size / ends(path!)[1].size).toBeGreaterThan(2.5);
  });

  test("moves in a circle keeps its distance from the middle and comes around once", () => {
    for (const [path] of paths("circle")) {
      const radii = path!.map(({ x, y }) => Math.hypot(x - 0.5, y - 0.5));
      for (const radius of radii) expect(radius).toBeCloseTo(radii[0]!, 9);
      expect(Math.max(...path!.map(({ x }) => x)) - Math.min(...path!.map(({ x }) => x))).toBeGreaterThan(0.35);
    }
  });

  test("spins turns once, fades ends invisible, jumps comes back to the floor", () => {
    for (const [path] of paths("spin")) {
      expect(Math.abs(path![8]!.angle)).toBeCloseTo(Math.PI, 9);
      expect(path!.every(({ x, y }) => x === 0.5 && y === 0.5)).toBe(true);
    }
    for (const [path] of paths("fade")) expect(ends(path!).map(({ opacity }) => opacity)).toEqual([1, 0]);
    for (const [path] of paths("jump")) {
      expect(path![8]!.y).toBeCloseTo(path![0]!.y, 9);
      expect(path![0]!.y - path![4]!.y).toBeGreaterThan(0.3);
    }
  });

  test("passes behind crosses the one in front, and what follows stays behind the other", () => {
    for (const [mover, front] of paths("behind")) {
      const side = (frame: number) => Math.sign(mover![frame]!.x - front![frame]!.x);
      expect(side(0)).toBe(-side(FRAMES - 1));
      expect(ends(front!)[0]).toEqual(ends(front!)[1]);
    }
    for (const [follower, leader] of paths("follow")) {
      const way = Math.sign(leader!.at(-1)!.x - leader![0]!.x);
      leader!.forEach((pose, i) => {
        expect(way * (pose.x - follower![i]!.x)).toBeGreaterThan(0.25);
      });
    }
  });
});

describe("clips", () => {
  const truths = (split: "train" | "held-out") => draws(1500, {}, split).map(({ truth }) => truth as ClipTruth);
  const isUnseen = ({ objects, motion }: ClipTruth) =>
    objects.some(({ name }) => motionHash(name, motion!) < heldOut.motionShare);

  test("of training have no held-out pair of thing and motion, and all motions", () => {
    const all = truths("train");
    expect(all.filter((truth) => isUnseen(truth) || truth.heldOut.length > 0)).toEqual([]);
    expect(new Set(all.map(({ motion }) => motion)).size).toBe(motionNames.length);
  });

  test("held out say why, and many are such pairs", () => {
    const all = truths("held-out");
    expect(all.every(({ heldOut: reasons }) => reasons.length > 0)).toBe(true);
    for (const truth of all) expect(truth.heldOut.includes("name-motion")).toBe(isUnseen(truth));
    expect(all.filter(isUnseen).length).toBeGreaterThan(300);
  });

  test("hold the pair out for good", () => {
    expect(motionHash("dog", "fade")).toBeLessThan(heldOut.motionShare);
    expect(motionHash("rocket", "up")).toBeGreaterThan(heldOut.motionShare);
  });

  test("are painted frame by frame: what moves right is where its path says", () => {
    const sample = draws(1, { ...only("right"), colors: colors.filter(({ name }) => name === "green") })[0]!;
    const side = 64;
    const pixels = new Float32Array(FRAMES * 3 * side * side).fill(Number.NaN);
    sample.paint(pixels);
    const [ground] = [pixels[0]!];
    for (const frame of [0, 7, 15]) {
      const plane = pixels.subarray(frame * 3 * side * side, (frame * 3 + 1) * side * side);
      const columns = Array.from(plane, (value, at) => (Math.abs(value - ground) > 0.05 ? at % side : -1)).filter(
        (x) => x >= 0,
      );
      const middle = (Math.min(...columns) + Math.max(...columns) + 1) / 2 / side;
      expect(middle).toBeCloseTo(sample.truth.objects[0]!.path[frame]!.x, 1);
    }
    expect(pixels.every((value) => Math.abs(value) < 1 + 1e-5)).toBe(true);
  });

  test("of which one frame is drawn are images of a random moment", () => {
    const stills = draws(40, { ...only("grow"), still: true });
    const sizes = stills.map(({ truth }) => truth.objects[0]!.path.map(({ size }) => size));
    expect(sizes.every(({ length }) => length === 1)).toBe(true);
    expect(Math.max(...sizes.flat()) - Math.min(...sizes.flat())).toBeGreaterThan(0.4);
    const pixels = new Float32Array(3 * 32 * 32).fill(Number.NaN);
    stills[0]!.paint(pixels);
    expect(pixels.some(Number.isNaN)).toBe(false);
  });

  test("of what fades end with the background alone", () => {
    const sample = draws(1, only("fade"))[0]!;
    const pixels = new Float32Array(FRAMES * 3 * 32 * 32);
    sample.paint(pixels);
    const last = pixels.subarray(FRAMES * 3 * 32 * 32 - 32 * 32);
    expect(Math.max(...last) - Math.min(...last)).toBe(0);
  });
});

describe("animated emoji", () => {
  test("are 60 or more, each with its own name, code points and at least two captions", () => {
    expect(animatedEmoji.length).toBeGreaterThanOrEqual(60);
    for (const key of ["name", "hex"] as const) {
      expect(new Set(animatedEmoji.map((entry) => entry[key])).size).toBe(animatedEmoji.length);
    }
    for (const { captions, name } of animatedEmoji) expect(new Set(captions).size, name).toBeGreaterThan(1);
  });

  test("have the name of the table where the thing is there", () => {
    for (const { name, hex } of animatedEmoji) {
      const still = emojiNames.find((entry) => entry.hex === hex || entry.name === name);
      if (still) expect({ name, hex }).toEqual({ name: still.name, hex: still.hex });
    }
  });

  test("come as often as their share says, with a caption of their own", () => {
    const { get } = atlas;
    const source = { frames: (hex: string) => Array.from({ length: FRAMES }, () => get(hex, "3d")), atlas };
    const all = draws(600, { animations: { share: 0.5, source } });
    const animated = all.filter(({ truth }) => truth.motion === null);
    expect(animated.length / all.length).toBeGreaterThan(0.4);
    expect(animated.length / all.length).toBeLessThan(0.6);
    const table = new Map(animatedEmoji.map(({ name, captions }) => [name, captions]));
    for (const { caption, truth } of animated.slice(0, 100)) {
      const bare = (text: string) => text.replace(/\b(?:an?|the|one|two|1|2) /g, "");
      const said = table.get(truth.objects[0]!.name)!.some((phrase) => bare(caption).includes(bare(phrase)));
      expect(said, caption).toBe(true);
    }
    const pixels = new Float32Array(FRAMES * 3 * 16 * 16).fill(Number.NaN);
    animated[0]!.paint(pixels);
    expect(pixels.some(Number.isNaN)).toBe(false);
  });
});

import { colors, type SceneObject, type SceneTruth } from "@aquatint/emoji";
import { describe, expect, test } from "vitest";
import { borderColors } from "./border.ts";
import { checks, type Detection, type Target } from "./checks.ts";
import { expectNames } from "./judge.ts";
import { sharesOf } from "./shares.ts";

const at = (name: string, x: number, y: number): Detection => ({ name, x, y });
const thing = (name: string, x: number, y: number): SceneObject => ({
  ...at(name, x, y),
  ...{ hex: "", width: 0.4, height: 0.4, size: 0.4, mirrored: false, tint: null },
});
const target = (
  objects: readonly SceneObject[],
  { colors = ["red"], heldOut = [] }: Partial<{ colors: string[]; heldOut: SceneTruth["heldOut"] }> = {},
): Target => ({
  caption: "a thing, red background",
  ...{ template: "left", style: "3d", shape: null, sideless: false, heldOut },
  background: { kind: "solid", colors },
  objects,
});
const sees = (things: readonly Detection[], border: readonly string[] = ["red"]) => ({ things, border });
const pair = target([thing("cat", 0.25, 0.5), thing("dog", 0.75, 0.5)]);

describe("object", () => {
  const { answers } = checks.object;
  test("asks for each thing among as many of the clearest as there should be", () => {
    const three = [at("dog", 0.7, 0.5), at("owl", 0.1, 0.1), at("cat", 0.2, 0.5)];
    expect(answers(sees(three), pair)).toEqual([false, true]);
    expect(answers(sees([]), pair)).toEqual([false, false]);
  });
  test("asks once for a thing that should be there twice", () => {
    const two = target([thing("cat", 0.25, 0.5), thing("cat", 0.75, 0.5)]);
    expect(answers(sees([at("cat", 0.5, 0.5)]), two)).toEqual([true]);
  });
});

describe("relation", () => {
  const { answers } = checks.relation;
  test("of things whose sides the caption leaves open asks whether they are there", () => {
    const seesPair = (first: string, second: string) => sees([at(first, 0.2, 0.5), at(second, 0.8, 0.5)]);
    const open = { ...pair, sideless: true };
    expect(answers(seesPair("dog", "cat"), open)).toEqual([true]);
    expect(answers(seesPair("dog", "cat"), pair)).toEqual([false]);
    expect(answers(seesPair("dog", "owl"), open)).toEqual([false]);
  });
  test.each([
    ["as asked", [at("cat", 0.2, 0.6), at("dog", 0.8, 0.5)], true],
    ["swapped", [at("cat", 0.8, 0.5), at("dog", 0.2, 0.5)], false],
    ["one above the other", [at("cat", 0.45, 0.2), at("dog", 0.55, 0.8)], false],
    ["in one place", [at("cat", 0.5, 0.5), at("dog", 0.5, 0.5)], false],
    ["alone", [at("cat", 0.2, 0.5)], false],
  ])("%s", (_, things, right) => {
    expect(answers(sees(things), pair)).toEqual([right]);
  });
  test("is not asked of one kind of thing", () => {
    expect(answers(sees([]), target([thing("cat", 0.5, 0.5)]))).toEqual([]);
  });
});

test("count asks for exactly as many, and only where there should be several of one thing", () => {
  const two = target([thing("cat", 0.25, 0.5), thing("cat", 0.75, 0.5)]);
  const cats = (n: number) => sees(Array.from({ length: n }, (_, i) => at("cat", i / n, 0.5)));
  expect([1, 2, 3].flatMap((n) => checks.count.answers(cats(n), two))).toEqual([false, true, false]);
  expect(checks.count.answers(cats(2), pair)).toEqual([]);
});

test("background wants all colors to be the widest, in any order", () => {
  const striped = target([], { colors: ["red", "white"] });
  const { answers } = checks.background;
  expect(answers(sees([], ["white", "red", "navy"]), striped)).toEqual([true]);
  expect(answers(sees([], ["white", "navy", "red"]), striped)).toEqual([false]);
  expect(answers(sees([]), { ...striped, caption: "a cat" })).toEqual([]); // a caption that leaves it open
});

test("a border's colors are those of its pixels alone, widest first", () => {
  const [width, height] = [6, 6];
  const data = new Uint8Array(width * height * 3).fill(255); // white inside
  const paint = (at: number, rgb: readonly number[]) => data.set(rgb, at * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (y === 0) paint(y * width + x, [85, 135, 225]);
      else if (x === 0 || x === 5 || y === 5) paint(y * width + x, [220, 65, 55]);
    }
  }
  expect(borderColors({ width, height, channels: 3, data }, colors)).toEqual(["red", "blue"]);
});

test("shares are told apart by what training saw, beside the ceiling of real renders", () => {
  const single = (heldOut: SceneTruth["heldOut"]) => target([thing("cat", 0.5, 0.5)], { heldOut });
  const [right, wrong] = [sees([at("cat", 0.5, 0.5)]), sees([at("dog", 0.5, 0.5)])];
  const { object, relation } = sharesOf({
    truths: [single([]), single([]), single(["pair"]), single(["pair"])],
    generated: [right, right, wrong, right],
    real: [right, right, right, right],
  });
  expect(object?.all).toMatchObject({ generated: { share: 0.75, hits: 3, n: 4 }, real: { share: 1 }, ratio: 0.75 });
  expect([object?.seen?.ratio, object?.unseen?.ratio]).toEqual([1, 0.5]);
  expect(object?.unseen?.ratioInterval).toEqual([0, 1]);
  expect(relation).toBeUndefined();
});

test("a judge that does not know the names is refused", () => {
  expectNames({ names: ["cat", "dog"] }, ["dog"]);
  expect(() => expectNames({ names: ["cat"] }, ["cat", "dog"])).toThrow(
    expect.objectContaining({ code: "evaluate/names" }),
  );
});

import { type RandomStream, torchCpu } from "aquatint/math";
import { beforeAll, describe, expect, test } from "vitest";
import { styles } from "./art/atlas.ts";
import { barsAtlas } from "./bars.cases.ts";
import type { SceneWorld } from "./casting.ts";
import { type BackgroundKindName, backgroundKinds, backgroundNames } from "./drawing/backgrounds.ts";
import { colors } from "./drawing/colors.ts";
import { heldOutReasons } from "./held-out.ts";
import { emojiNames, phrasesOf } from "./names.ts";
import { type SceneSource, sceneSources } from "./scenes.ts";
import { type TemplateName, templateNames } from "./templates.ts";
import type { SceneTruth } from "./truth.ts";
import { wordings } from "./wording/wordings.ts";

/** Every emoji is a bar, half white, half black, to be seen on any color. */
const atlas = barsAtlas([255, 255, 255, 255], [0, 0, 0, 255], (pixel) => pixel % 2 === 1);
const equal = <T>(items: readonly T[]) => items.map((item) => ({ item, weight: 1 }));
const world = (parts: Partial<SceneWorld> = {}): SceneWorld => ({
  ...{ templates: equal(templateNames), backgrounds: equal(backgroundNames), names: emojiNames },
  ...{ styles, colors, mirror: false, atlas, wording: wordings.plain },
  ...parts,
});
const sourceOf = (template: TemplateName, parts: Partial<SceneWorld> = {}) =>
  sceneSources(world({ templates: equal([template]), ...parts })).train;

/** The combination that decides whether a scene is held out, from its truth alone. */
const combination = ({ template, objects, style, background, shape }: SceneTruth) => ({
  ...{ template, style, background: background.kind },
  names: objects.map((o) => o.name),
  colors: [...background.colors, ...(shape ? [shape.color] : [])],
});

describe("100,000 scenes", () => {
  const truths: SceneTruth[] = [];
  beforeAll(() => {
    const { train } = sceneSources(
      world({
        templates: [
          { item: "single", weight: 3 },
          { item: "left", weight: 2 },
          ...equal(templateNames.filter((t) => t !== "single" && t !== "left")),
        ],
      }),
    );
    const random = torchCpu(1);
    for (let i = 0; i < 100_000; i++) truths.push(train(random).truth);
  });

  test("of training have none that is held out", () => {
    expect(truths.filter((truth) => truth.heldOut.length || heldOutReasons(combination(truth)).length)).toEqual([]);
  });

  test("come as often as their weights say, but for what is held out", () => {
    const share = (template: TemplateName) => truths.filter((t) => t.template === template).length / truths.length;
    expect(share("single") / share("inside")).toBeGreaterThan(2.5);
    expect(share("left") / share("above")).toBeCloseTo(2, 0);
    for (const template of templateNames) expect(share(template)).toBeGreaterThan(0.03);
  });

  test("show every name, and nearly every name in every style", () => {
    const cells = new Set(truths.flatMap(({ objects, style }) => objects.map(({ name }) => `${name} ${style}`)));
    expect(new Set(truths.flatMap(({ objects }) => objects.map((o) => o.name))).size).toBe(emojiNames.length);
    expect(cells.size).toBeGreaterThan(0.97 * emojiNames.length * styles.length);
  });
});

test("the held-out part has nothing else, and says why", () => {
  const source = sceneSources(world())["held-out"];
  const random = torchCpu(2);
  const reasons = new Map<string, number>();
  for (let i = 0; i < 5000; i++) {
    const { truth } = source(random);
    expect(truth.heldOut.length).toBeGreaterThan(0);
    expect(truth.heldOut).toEqual(heldOutReasons(combination(truth)));
    for (const reason of truth.heldOut) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  for (const reason of ["pair", "name-style", "name-color", "template-background"]) {
    expect(reasons.get(reason)).toBeGreaterThan(100);
  }
});

const samples = (source: SceneSource, count: number, random: RandomStream = torchCpu(3)) =>
  Array.from({ length: count }, () => source(random));
const phrasesNamed = (name: string) => phrasesOf(emojiNames.find((e) => e.name === name)!);

describe("objects", () => {
  test.each(templateNames)("of %s are inside the image, and their boxes have their shapes", (template) => {
    for (const { truth } of samples(sourceOf(template), 300)) {
      for (const { x, y, width, height, size } of truth.objects) {
        expect(width).toBeCloseTo(size, 9);
        expect(height).toBeCloseTo(size / 2, 9);
        for (const edge of [x - width / 2, 1 - x - width / 2, y - height / 2, 1 - y - height / 2]) {
          expect(edge).toBeGreaterThan(0);
        }
      }
    }
  });

  test("of the relations stand as their names say", () => {
    for (const { truth } of samples(sourceOf("left"), 100))
      expect(truth.objects[1]!.x - truth.objects[0]!.x).toBeGreaterThan(0.4);
    for (const { truth } of samples(sourceOf("above"), 100))
      expect(truth.objects[1]!.y - truth.objects[0]!.y).toBeGreaterThan(0.4);
    for (const { truth } of samples(sourceOf("riding"), 100))
      expect(truth.objects[0]!.y).toBeLessThan(truth.objects[1]!.y);
    for (const { truth } of samples(sourceOf("sizes"), 100))
      expect(truth.objects[0]!.size / truth.objects[1]!.size).toBeGreaterThan(2);
    for (const { truth } of samples(sourceOf("between"), 100)) {
      const [middle, left, right] = truth.objects.map((o) => o.x);
      expect(left! < middle! && middle! < right!).toBe(true);
    }
  });

  test("are as many as the caption counts, all the same", () => {
    const words = ["", "", "two", "three", "four"];
    for (const { caption, truth } of samples(sourceOf("count"), 100)) {
      const { plural } = emojiNames.find((e) => e.name === truth.objects[0]!.name)!;
      expect(caption.startsWith(`${words[truth.objects.length]} ${plural}`)).toBe(true);
      expect(new Set(truth.objects.map((o) => o.name)).size).toBe(1);
    }
  });

  test("are different in all other scenes", () => {
    for (const template of templateNames.filter((t) => t !== "count")) {
      for (const { truth } of samples(sourceOf(template, { names: emojiNames.slice(0, 60) }), 200)) {
        expect(new Set(truth.objects.map((o) => o.name)).size).toBe(truth.objects.length);
      }
    }
  });
});

describe("captions", () => {
  test.each([
    ["left", [" left of ", " to the left of "], [" right of ", " to the right of "]],
    ["above", [" above "], [" below "]],
    ["riding", [" riding ", " riding on "], []],
  ] as const)("of %s tell it from either side", (template, forwards, backwards) => {
    const captions = new Set<string>();
    for (const { caption, truth } of samples(sourceOf(template), 300)) {
      const [a, b] = truth.objects.map((o) => phrasesNamed(o.name));
      const said = (first: readonly string[], links: readonly string[], second: readonly string[]) =>
        links.filter((link) => first.some((p) => second.some((q) => caption.startsWith(`${p}${link}${q}`))));
      const links = [...said(a!, forwards, b!), ...said(b!, backwards, a!)];
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) captions.add(link);
    }
    expect([...captions].sort()).toEqual([...forwards, ...backwards].sort());
  });

  test("of tinted things give each its own color, and no second one", () => {
    for (const { caption, truth } of samples(sourceOf("tinted"), 300)) {
      for (const { name, tint } of truth.objects) {
        expect(phrasesNamed(name).some((p) => caption.includes(`${tint} ${p.replace(/^an? /, "")}`))).toBe(true);
      }
      expect(truth.objects[0]!.tint).not.toBe(truth.objects[1]!.tint);
      for (const { tint } of truth.objects) expect(truth.background.colors).not.toContain(tint);
    }
  });

  test("of shapes name the shape and its color", () => {
    for (const { caption, truth } of samples(sourceOf("inside"), 100)) {
      expect(caption).toContain(` a ${truth.shape!.color} ${truth.shape!.name}`.replace(" a orange", " an orange"));
      expect(truth.background.colors).not.toContain(truth.shape!.color);
    }
  });

  const grounds: Readonly<Record<BackgroundKindName, string>> = {
    solid: "W background",
    gradient: "W to W gradient background",
    stripes: "W and W striped background",
    checks: "W and W checkered background",
    dots: "W background with W dots",
    ground: "W sky and W ground",
  };
  const anyColor = `(${colors.flatMap((c) => [c.name, ...c.aliases]).join("|")})`;
  test.each(backgroundNames)("of %s name every color, and the articles are right", (kind) => {
    const pattern = new RegExp(`(?:, | (?:on|with) an? )${grounds[kind].replaceAll("W", anyColor)}$`);
    let count = 0;
    for (const { caption, truth } of samples(sourceOf("single", { backgrounds: equal([kind]) }), 200)) {
      expect(caption).not.toMatch(/\ba (?=[aeio])|\ban (?=[^aeiouhAEIOU])/);
      const words = pattern.exec(caption)?.slice(1);
      if (!words) continue;
      count++;
      const names = words.map((word) => colors.find((c) => [c.name, ...c.aliases].includes(word))!.name);
      expect(names).toEqual(truth.background.colors);
    }
    expect(count).toBeGreaterThan(140);
  });
});

test.each(backgroundNames)("the ground %s shows its colors and nothing outside of their mixtures", (kind) => {
  const side = 48;
  const pair = [colors.find((c) => c.name === "red")!, colors.find((c) => c.name === "white")!];
  const inks = pair.slice(0, backgroundKinds[kind].colors);
  for (const variation of [0, 0.37, 0.999]) {
    const pixels = new Float32Array(3 * side * side).fill(Number.NaN);
    backgroundKinds[kind].paint({ side, pixels }, inks, variation);
    const red = Array.from(pixels.subarray(0, side * side), (v) => (v + 1) * 127.5);
    expect(Math.min(...red)).toBeCloseTo(222, 3);
    expect(Math.max(...red)).toBeCloseTo(inks.length === 1 ? 222 : 255, 3);
  }
});

test("what the names cannot play is an error that says so", () => {
  const names = emojiNames.filter((e) => ["house", "tree"].includes(e.name));
  expect(() => sourceOf("riding", { names })).toThrow(`scenes of "riding" take 2 of the names`);
});

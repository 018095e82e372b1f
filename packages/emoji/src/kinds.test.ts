import type { DataSources } from "aquatint/data";
import { describe, expect, test } from "vitest";
import { type EmojiAtlas, styles } from "./art/atlas.ts";
import { barsAtlas } from "./bars.cases.ts";
import { type Cast, judgeOf } from "./casting.ts";
import { colors } from "./drawing/colors.ts";
import { heldOutReasons } from "./held-out.ts";
import { emojiKinds } from "./kinds.ts";
import { nameSets } from "./name-sets.ts";
import { emojiNames, phrasesOf } from "./names.ts";
import type { SceneTruth } from "./truth.ts";

/** Every emoji is a bar, half red, half cyan, to be seen on any color. */
const atlas = barsAtlas([255, 0, 0, 255], [0, 255, 255, 255], (pixel) => Math.floor(pixel / 4) % 2 === 1);
const unused = async (): Promise<never> => {
  throw new Error("not what emoji are made from");
};
const sources: DataSources = { imageFolder: unused, digits: unused, latentPool: unused };
const kinds = emojiKinds(async () => atlas);
const singles = kinds["emoji-singles"];
const scenes = kinds["emoji-scenes"];
const dataset = (config: object = {}) =>
  singles.create(singles.config.parse({ name: "emoji-singles", size: 8, ...config }), sources);
const cast = (parts: Partial<Cast>): Cast => ({
  ...{ template: "single", kind: "solid", style: "3d", things: [], colors: [], paints: [] },
  ...parts,
});

describe("the stream", () => {
  test("is the same in whatever batches it is read", async () => {
    const full = await (await dataset()).stream({ seed: 3 }).next(12);
    const parts = (await dataset()).stream({ seed: 3 });
    const read = [await parts.next(5), await parts.next(1), await parts.next(6)];
    expect(read.flatMap((b) => b.captions)).toEqual(full.captions);
    expect(read.flatMap((b) => b.truths)).toEqual(full.truths);
    expect(read.flatMap((b) => [...b.images])).toEqual([...full.images]);
  });

  test("goes on from its snapshot, through JSON", async () => {
    const first = (await dataset()).stream({ seed: 11 });
    await first.next(7);
    const state = JSON.parse(JSON.stringify(first.snapshot()));
    const expected = await first.next(4);
    const second = (await dataset()).stream({ seed: 0 });
    second.restore(state);
    expect(await second.next(4)).toEqual(expected);
  });

  test("differs with the seed", async () => {
    const [a, b] = await Promise.all([0, 2 ** 32].map(async (seed) => (await dataset()).stream({ seed }).next(32)));
    expect(a!.captions).not.toEqual(b!.captions);
  });

  test("has the size asked for and values in -1 .. 1", async () => {
    const { images } = await (await dataset({ size: 20 })).stream({ seed: 1 }).next(3);
    expect(images.length).toBe(3 * 3 * 20 * 20);
    expect(images.every((v) => Math.abs(v) < 1 + 1e-5)).toBe(true);
  });

  test("refuses a batch of none and a state that is none", async () => {
    const stream = (await dataset()).stream({ seed: 1 });
    await expect(stream.next(0)).rejects.toThrow("batch size");
    expect(() => stream.restore({ seed: 1, position: -1 })).toThrow("whole numbers");
  });
});

describe("the scenes", () => {
  test("say what is to be seen", async () => {
    const { captions, truths } = await (await dataset()).stream({ seed: 5 }).next(500);
    captions.forEach((text, i) => {
      const { objects, background, style } = truths[i] as SceneTruth;
      const thing = emojiNames.find((e) => e.name === objects[0]!.name)!;
      const ground = colors.find((c) => c.name === background.colors[0])!;
      const what = phrasesOf(thing).filter(
        (phrase) => text === phrase || text.startsWith(`${phrase}, `) || text.startsWith(`${phrase} on `),
      );
      const rest = text.slice(Math.max(...what.map((phrase) => phrase.length)));
      const words = [ground.name, ...ground.aliases].flatMap((word) => [
        `, ${word}`,
        ` on a ${word}`,
        ` on an ${word}`,
      ]);
      const forms = [
        "",
        `, ${style} style`,
        ...words.flatMap((w) => [`${w} background`, `, ${style} style${w} background`]),
      ];
      expect(forms).toContain(rest);
    });
  });

  test("are painted on the color that the truth tells, with the thing inside", async () => {
    const { images, truths } = await (await dataset({ size: 32 })).stream({ seed: 6 }).next(100);
    truths.forEach((truth, i) => {
      const { background, objects } = truth as SceneTruth;
      const { rgb } = colors.find((c) => c.name === background.colors[0])!;
      const corner = rgb.map((_, channel) => (images[(3 * i + channel) * 1024]! + 1) * 127.5);
      rgb.forEach((value, channel) => {
        expect(corner[channel]).toBeCloseTo(value, 3);
      });
      const { x, y, size } = objects[0]!;
      for (const center of [x, y]) expect(Math.abs(center - 0.5) + size / 2).toBeLessThan(0.5);
    });
  });

  test("the thing and the color, no more, is what is said most", async () => {
    const { captions } = await (await dataset({ names: ["red apple"], colors: ["blue"] }))
      .stream({ seed: 2 })
      .next(300);
    const counts = countOf(captions);
    const top = [...counts].sort((a, b) => b[1] - a[1])[0]!;
    expect(top[0]).toBe("a red apple, blue background");
    expect(counts.get("an apple, blue background")).toBeGreaterThan(0);
    expect(counts.get("a red apple")).toBeGreaterThan(0);
  });

  test("are allowed in every cell of name, style and color that is not held out", () => {
    const judge = judgeOf(atlas);
    const cells = emojiNames.flatMap((thing) => styles.flatMap((style) => colors.map((c) => ({ thing, style, c }))));
    const wrong = cells.filter(({ thing, style, c }) => {
      const scene = { template: "single", names: [thing.name], style, background: "solid", colors: [c.name] };
      const reasons = judge(cast({ things: [thing], style, colors: [c] }));
      return JSON.stringify(reasons) !== JSON.stringify(heldOutReasons(scene));
    });
    expect(wrong).toEqual([]);
  });

  test("keep to the names, styles and colors of the config", async () => {
    const config = { names: ["cat", "dog"], styles: ["3d"], colors: ["teal", "white"] };
    const { truths } = await (await dataset(config)).stream({ seed: 4 }).next(100);
    for (const truth of truths as SceneTruth[]) {
      expect(config.names).toContain(truth.objects[0]!.name);
      expect(truth.style).toBe("3d");
      expect(config.colors).toContain(truth.background.colors[0]);
    }
  });

  test("that are all held out are an error, not an endless search", async () => {
    const stream = (await dataset({ names: ["dog"], colors: ["brown"] })).stream({ seed: 4 });
    await expect(stream.next(1)).rejects.toThrow("held out");
  });
});

test("a thing that its background swallows is not drawn", () => {
  const red: EmojiAtlas = {
    size: 8,
    get: () => ({ width: 1, height: 1, channels: 4, data: Uint8Array.of(230, 50, 60, 255) }),
  };
  const judge = judgeOf(red);
  const things = emojiNames.filter((e) => e.name === "red apple");
  const on = (color: string) => cast({ things, colors: colors.filter((c) => c.name === color) });
  expect(judge(on("red"))).toBeUndefined();
  expect(judge(on("blue"))).toEqual([]);
});

test("the corpus has every phrase, every color word and every style", async () => {
  const corpus = [...(await dataset()).captions()].join("\n");
  const words = [...emojiNames.flatMap(phrasesOf), ...colors.flatMap((c) => [c.name, ...c.aliases]), ...styles];
  for (const word of words) expect(corpus).toContain(word);
  expect(corpus).toContain(" on a");
});

test.each([
  [{ names: ["cat"], name_set: "common" }, "name_set", '"names" says which things to draw, too: give one of the two'],
  [{ name_set: "rare" }, "name_set", 'expected one of "common"|"core"'],
  [{ styles: ["3d"], style_weights: { flat: 1 } }, "style_weights", 'a style has a weight and is not in "styles"'],
  [{ wording: "free" }, "wording", 'expected one of "plain"|"varied"|"casual"'],
  [{ contrasts: -1 }, "contrasts", "expected number to be >=0"],
])("scenes of the config %o are refused", (config, path, message) => {
  const { error } = scenes.config.safeParse({ name: "emoji-scenes", ...config });
  expect(error?.issues[0]?.path[0]).toBe(path);
  expect(error?.issues[0]?.message).toContain(message);
});

test("styles come as often as their weights say", async () => {
  const config = { name: "emoji-scenes", size: 32, styles: ["3d", "flat"], style_weights: { "3d": 3, flat: 1 } };
  const { truths } = await (await scenes.create(scenes.config.parse(config), sources)).stream({ seed: 1 }).next(800);
  const flat = (truths as SceneTruth[]).filter(({ style }) => style === "flat");
  expect(flat.length / truths.length).toBeCloseTo(0.25, 1);
});

test("a data set with contrasts says how many scenes a group has", async () => {
  const groupOf = async (contrasts: number) =>
    (await scenes.create(scenes.config.parse({ name: "emoji-scenes", contrasts }), sources)).group;
  expect([await groupOf(0), await groupOf(3)]).toEqual([undefined, 4]);
});

test("a set gives the names of its list", async () => {
  const config = scenes.config.parse({ name: "emoji-scenes", name_set: "common" });
  const { names } = await scenes.create(config, sources);
  expect([...names!].sort()).toEqual([...nameSets.common].sort());
});

test.each([
  [{ names: ["red aple"] }, "names", `"red aple" is not a name of the table, did you mean "red apple"?`],
  [{ colors: ["mauve"] }, "colors", `"mauve" is not a color of the table`],
  [{ styles: ["3d", "3d"] }, "styles", "an entry stands twice"],
  [{ size: 4 }, "size", "expected number to be >=8"],
  [{ hues: ["red"] }, undefined, `Unrecognized key: "hues"`],
])("the config %o is refused", (config, path, message) => {
  const { error } = singles.config.safeParse({ name: "emoji-singles", ...config });
  expect(error?.issues[0]?.path[0]).toBe(path);
  expect(error?.issues[0]?.message).toContain(message);
});

const countOf = (items: readonly string[]): Map<string, number> =>
  items.reduce((counts, item) => counts.set(item, (counts.get(item) ?? 0) + 1), new Map<string, number>());

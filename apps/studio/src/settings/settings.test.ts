import { expect, test } from "vitest";
import { drawOptions, samplerText } from "./request.ts";
import { initialSettings, laterSeed, parseSettings, settingsSchema } from "./settings.ts";
import { linkOf, settingsOfLink } from "./share.ts";
import { combinations, promptVariant } from "./wildcards.ts";

test.each([
  ["a {red|blue} {cat|dog}", 4, ["a red cat", "a blue cat", "a red dog", "a blue dog", "a red cat"]],
  [
    "a {big {red|blue}|small} cat",
    4,
    ["a big red cat", "a big blue cat", "a small cat", "a small cat", "a big red cat"],
  ],
  ["no group, {a} and a|b", 1, ["no group, {a} and a|b", "no group, {a} and a|b"]],
  ["{|very} quick", 2, [" quick", "very quick"]],
])("the wildcards of %s are taken in turn", (prompt, count, variants) => {
  expect(combinations(prompt)).toBe(count);
  expect(variants.map((_, i) => promptVariant(prompt, i))).toEqual(variants);
});

test("a link brings the settings back, and only what differs is in it", () => {
  const settings = settingsSchema.parse({
    ...initialSettings,
    prompt: "ein Fuchs & 雪 #1?",
    seed: "18446744073709551615",
    guidance: 2.5,
    sampler: "euler",
    seedLocked: true,
  });
  const link = linkOf(settings, "https://example.org/studio/?a=1#old");
  expect(new URL(link).search).toBe("?a=1");
  expect(link).not.toContain("negative");
  expect(settingsOfLink(new URL(link).hash)).toEqual(settings);
  expect(settingsOfLink(new URL(linkOf(initialSettings, "https://example.org/")).hash)).toEqual(initialSettings);
});

test.each([
  "",
  "#other",
  "#make=",
  "#make=%7B",
  "#make=%",
  "#make=[1]",
  '#make={"steps":"many"}',
  '#make={"seed":"-1"}',
])("the hash %j is no link", (hash) => {
  expect(settingsOfLink(hash)).toBeUndefined();
});

test("what an older page or a stranger stored is refused as a whole", () => {
  expect(parseSettings("not json")).toBeUndefined();
  expect(parseSettings('{"count": 1000}')).toBeUndefined();
  expect(parseSettings("{}")).toMatchObject({ prompt: "", count: 1, steps: null });
});

test("seeds go on after each other, and beyond 32 bits as 64", () => {
  expect(laterSeed("7", 2)).toBe("9");
  expect(laterSeed(String(2 ** 32 - 1), 1)).toBe("0");
  expect(laterSeed(String(2n ** 64n - 1n), 1)).toBe("0");
});

test("settings become the library's options", () => {
  const settings = { ...initialSettings, prompt: "a {red|blue} cat", sampler: "dpmpp-2m", spacing: "Karras", steps: 8 };
  expect(drawOptions(settings, { index: 1 })).toMatchObject({
    prompt: "a blue cat",
    sampler: "dpmpp-2m Karras",
    steps: 8,
    seed: 7,
  });
  expect(drawOptions(settings)).not.toHaveProperty("negative");
  expect(drawOptions({ ...settings, seed: "18446744073709551615" }).seed).toBe(18446744073709551615n);
  expect(samplerText(initialSettings)).toBeUndefined();
});

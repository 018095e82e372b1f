import { expect, test } from "vitest";
import { canPlay } from "./casting.ts";
import { heldOut } from "./held-out.ts";
import { nameSetNames, nameSets } from "./name-sets.ts";
import { emojiNames } from "./names.ts";
import { templateNames } from "./templates.ts";

const table = emojiNames.map(({ name }) => name);

test.each(nameSetNames)("the names of %s are of the table, each once, and can play every kind of scene", (set) => {
  const names = nameSets[set];
  expect(table).toEqual(expect.arrayContaining([...names]));
  expect(new Set(names).size).toBe(names.length);
  const things = emojiNames.filter(({ name }) => names.includes(name));
  expect(templateNames.filter((template) => !canPlay(template, things))).toEqual([]);
});

test.each([
  ["common", 150],
  ["core", 100],
] as const)("the %s names are at least %i, with both of the pair that is held out first", (set, least) => {
  expect(nameSets[set].length).toBeGreaterThanOrEqual(least);
  expect(nameSets[set]).toEqual(expect.arrayContaining([...heldOut.pairs[0]!]));
});

test("the core names are part of the common ones", () => {
  expect(nameSets.common).toEqual(expect.arrayContaining([...nameSets.core]));
});

import { expect, test } from "vitest";
import { styles } from "./art/atlas.ts";
import { colours } from "./colours.ts";
import { heldOut, isHeldOut } from "./held-out.ts";
import { emojiNames } from "./names.ts";

const names = emojiNames.map((e) => e.name);

test("an astronaut and a horse are never seen together, in whatever order, style and colour", () => {
  for (const style of styles) {
    for (const { name } of colours) {
      expect(isHeldOut({ names: ["astronaut", "horse"], style, colours: [name] })).toBe(true);
      expect(isHeldOut({ names: ["horse", "cat", "astronaut"], style, colours: [name] })).toBe(true);
    }
  }
});

test("each of them is seen alone", () => {
  for (const name of ["astronaut", "horse"]) {
    const cells = styles.flatMap((style) => colours.map((c) => isHeldOut({ names: [name], style, colours: [c.name] })));
    expect(cells.filter((held) => !held).length).toBeGreaterThan(cells.length / 2);
  }
});

test("what the file names exists", () => {
  expect(names).toEqual(expect.arrayContaining(heldOut.pairs.flat()));
  expect(names).toEqual(expect.arrayContaining(Object.keys({ ...heldOut.nameColours, ...heldOut.nameStyles })));
  expect(colours.map((c) => c.name)).toEqual(expect.arrayContaining(Object.values(heldOut.nameColours).flat()));
  expect(styles).toEqual(expect.arrayContaining(Object.values(heldOut.nameStyles).flat()));
});

test("about one cell of name and colour in twenty is held out, and each colour is seen with most names", () => {
  const cells = colours.map(({ name: colour }) => names.filter((name) => heldOut.nameColours[name]?.includes(colour)));
  expect(cells.flat().length / (names.length * colours.length)).toBeCloseTo(0.05, 2);
  for (const held of cells) expect(held.length / names.length).toBeLessThan(0.08);
});

test.each([
  [{ names: ["owl"], style: "flat", colours: ["red"] }, true],
  [{ names: ["owl"], style: "3d", colours: ["red"] }, false],
  [{ names: ["cat", "owl"], style: "flat", colours: ["red"] }, true],
  [{ names: ["dog"], style: "3d", colours: ["brown"] }, true],
  [{ names: ["dog"], style: "3d", colours: ["blue", "brown"] }, true],
  [{ names: ["dog"], style: "3d", colours: ["blue"] }, false],
  [{ names: ["red apple"], style: "3d", colours: ["blue"] }, false],
] as const)("%o held out: %s", (combination, held) => {
  expect(isHeldOut(combination)).toBe(held);
});

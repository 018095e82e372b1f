import { describe, expect, test } from "vitest";
import { styles } from "./art/atlas.ts";
import { backgroundNames } from "./drawing/backgrounds.ts";
import { colors } from "./drawing/colors.ts";
import { type Combination, heldOut, heldOutReasons, isHeldOut, pairHash } from "./held-out.ts";
import { emojiNames } from "./names.ts";
import { templateNames } from "./templates.ts";

const names = emojiNames.map((e) => e.name);
const scene = (parts: Partial<Combination>): Combination => ({
  template: "single",
  names: ["red apple"],
  style: "3d",
  background: "solid",
  colors: ["blue"],
  ...parts,
});

describe("an astronaut and a horse", () => {
  test("are never seen together, in whatever order, relation, style and color", () => {
    for (const template of templateNames) {
      for (const style of styles) {
        for (const { name } of colors) {
          const common = { template, style, colors: [name] };
          expect(isHeldOut(scene({ ...common, names: ["astronaut", "horse"] }))).toBe(true);
          expect(isHeldOut(scene({ ...common, names: ["horse", "cat", "astronaut"] }))).toBe(true);
        }
      }
    }
  });

  test("are each seen alone", () => {
    for (const name of ["astronaut", "horse"]) {
      const cells = styles.flatMap((style) =>
        colors.map((c) => isHeldOut(scene({ names: [name], style, colors: [c.name] }))),
      );
      expect(cells.filter((cell) => !cell).length).toBeGreaterThan(cells.length / 2);
    }
  });
});

describe("other pairs", () => {
  test("are held out one time in twenty, whichever comes first, and each name keeps most partners", () => {
    const shares = names.map((a) => {
      const partners = names.filter((b) => b !== a);
      for (const b of partners.slice(0, 5)) expect(pairHash(a, b)).toBe(pairHash(b, a));
      return partners.filter((b) => pairHash(a, b) < heldOut.pairShare).length / partners.length;
    });
    expect(shares.reduce((a, b) => a + b) / shares.length).toBeCloseTo(0.05, 2);
    expect(Math.max(...shares)).toBeLessThan(0.1);
  });

  test("stay the pairs they were when names are added", () => {
    expect(pairHash("cat", "dog")).toBe(0.17335525690577924);
    expect(isHeldOut(scene({ template: "count", names: ["cat", "cat"] }))).toBe(false);
  });
});

test("what the file names exists", () => {
  expect(names).toEqual(expect.arrayContaining(heldOut.pairs.flat()));
  expect(names).toEqual(expect.arrayContaining(Object.keys({ ...heldOut.nameColors, ...heldOut.nameStyles })));
  expect(colors.map((c) => c.name)).toEqual(expect.arrayContaining(Object.values(heldOut.nameColors).flat()));
  expect(styles).toEqual(expect.arrayContaining(Object.values(heldOut.nameStyles).flat()));
  expect(templateNames).toEqual(expect.arrayContaining(Object.keys(heldOut.templateBackgrounds)));
  expect(backgroundNames).toEqual(expect.arrayContaining(Object.values(heldOut.templateBackgrounds).flat()));
});

test("about one cell of name and color in twenty is held out, and each color is seen with most names", () => {
  const cells = colors.map(({ name: color }) => names.filter((name) => heldOut.nameColors[name]?.includes(color)));
  expect(cells.flat().length / (names.length * colors.length)).toBeCloseTo(0.05, 2);
  for (const cell of cells) expect(cell.length / names.length).toBeLessThan(0.08);
});

test.each<[Partial<Combination>, readonly string[]]>([
  [{ names: ["owl"], style: "flat" }, ["name-style"]],
  [{ names: ["owl"], style: "3d" }, []],
  [{ names: ["cat", "owl"], style: "flat" }, ["name-style"]],
  [{ names: ["dog"], colors: ["brown"] }, ["name-color"]],
  [{ names: ["dog"], colors: ["blue", "brown"] }, ["name-color"]],
  [{ names: ["dog"], colors: ["blue"] }, []],
  [{ names: ["astronaut", "horse"], template: "riding", background: "dots" }, ["pair", "template-background"]],
  [{ template: "left", background: "stripes" }, ["template-background"]],
  [{ template: "left", background: "checks" }, []],
])("%o is held out for %o", (parts, reasons) => {
  expect(heldOutReasons(scene(parts))).toEqual(reasons);
});

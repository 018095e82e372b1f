import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { defaultImage } from "./input/default-image.ts";
import { initialCurve, lectureScheduleNames, scheduleOf, withPoint } from "./input/schedule.ts";
import { downloads } from "./model/downloads.ts";
import { numberPositions } from "./pages/comparison/number-positions.ts";
import { describeValues, standardDensity } from "./pages/forward/statistics.ts";
import { pages } from "./pages.ts";
import { regionOf } from "./text/region.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const models = fileURLToPath(new URL("../../../../packages/model-emoji/", import.meta.url));
const examples = fileURLToPath(new URL("../../../../examples/lecture/", import.meta.url));

/** The code that the page of a folder ends with, as its index.ts says. */
function codeOf(name: string): { readonly file: string; readonly lines: number } {
  const text = readFileSync(join(folder, "pages", name, "index.ts"), "utf8");
  const [, file = "", lines = "0"] = /code: \{ file: "([^"]+)", lines: (\d+) \}/.exec(text) ?? [];
  return { file, lines: Number(lines) };
}

test("every folder of pages is a page, in order", () => {
  expect(pages.map(({ name }) => name).toSorted()).toEqual(readdirSync(join(folder, "pages")).toSorted());
  expect(pages.map(({ number }) => number)).toEqual(pages.map(({ number }) => number).toSorted((a, b) => a - b));
});

test.each(pages.map(({ name }) => name))("%s ends with the lines of an example, which have their place", (name) => {
  const { file, lines } = codeOf(name);
  expect(regionOf(readFileSync(join(examples, file), "utf8"), file).split("\n").length).toBe(lines);
});

test("every example of the lecture is shown", () => {
  expect(pages.map(({ name }) => codeOf(name).file).toSorted()).toEqual(readdirSync(examples).toSorted());
});

test("what the figures say of a model's size is what its files are", () => {
  for (const [name, megabytes] of Object.entries(downloads)) {
    const folder = join(models, name);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".safetensors"),
    );
    const bytes = files.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
    expect(megabytes / (bytes / 1e6), name).toBeCloseTo(1, 1); // within 5 %
  }
});

test("an example without marks is an error", () => {
  expect(() => regionOf("const x = 1;\n", "x.ts")).toThrow("x.ts has no lines between");
});

test("a drawn schedule falls throughout, wherever its points are put", () => {
  let curve = initialCurve;
  for (const [i, value] of [
    [3, 1],
    [8, 0.9],
    [1, 0],
    [5, 0.5],
    [7, 2],
  ] as const) {
    curve = withPoint(curve, i, value);
    const { alphaBar } = scheduleOf({ name: "drawn", drawn: curve });
    const values = Array.from({ length: 1001 }, (_, t) => alphaBar(t));
    expect(values.every((next, t) => t === 0 || (next >= 0 && next < values[t - 1]!))).toBe(true);
  }
  expect(withPoint(initialCurve, 0, 0.5)).toBe(initialCurve);
});

test("every schedule preserves the variance", () => {
  for (const name of lectureScheduleNames) {
    const { level } = scheduleOf({ name, drawn: initialCurve });
    for (const t of [0, 1, 500, 1000]) {
      const { alpha, sigma } = level(t);
      expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 12);
    }
  }
});

test("a histogram is a density, and the normal density is one", () => {
  const { density, mean, deviation } = describeValues([-1, 1, 1, -1]);
  expect([mean, deviation]).toEqual([0, 1]);
  const width = 8 / density.length;
  expect(density.reduce((sum, value) => sum + value * width, 0)).toBeCloseTo(1, 12);
  expect(standardDensity.reduce((sum, value) => sum + value * width, 0)).toBeCloseTo(0.9999367, 5); // within 4 deviations
});

test("numbers of dots that lie together are on no other dot, and on no other number", () => {
  const dots = [
    { x: 230, y: 200, r: 11 },
    { x: 214, y: 198, r: 12 },
    { x: 214, y: 218, r: 7 },
    { x: 211, y: 229, r: 6 },
    { x: 100, y: 100, r: 5 },
  ];
  const positions = numberPositions(dots);
  for (const [i, { x, y }] of positions.entries()) {
    for (const dot of dots) expect(Math.hypot(dot.x - x, dot.y - y)).toBeGreaterThan(dot.r + 6);
    for (const other of positions.slice(0, i)) {
      expect(Math.max(Math.abs(other.x - x) / 14, Math.abs(other.y - y) / 20)).toBeGreaterThan(1);
    }
  }
  expect(positions[4]).toEqual({ x: 115, y: 100 }); // right of its dot where there is room
});

test("the first image has values of images", () => {
  const values = defaultImage();
  expect(values.length).toBe(3 * 64 * 64);
  expect(values.every((value) => value >= -1 && value <= 1)).toBe(true);
});

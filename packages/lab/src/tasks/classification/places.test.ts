import { expect, test } from "vitest";
import { placeAnswers } from "./places.ts";

const options = { classes: ["cat", "dog"], rows: 4, columns: 4, nothing: 0.5 };

test("the middle of a thing is its own, its edge is left open, and the rest is nothing", () => {
  const { classes, weights } = placeAnswers([{ name: "dog", x: 0.5, y: 0.5, width: 0.9, height: 0.9 }], options);
  const [none, dog] = [2, 1];
  expect([...classes]).toEqual([
    none,
    none,
    none,
    none,
    none,
    dog,
    dog,
    none,
    none,
    dog,
    dog,
    none,
    ...Array(4).fill(none),
  ]);
  expect([...weights.slice(0, 8)]).toEqual([0, 0, 0, 0, 0, 1, 1, 0]);
  const small = placeAnswers([{ name: "dog", x: 0.5, y: 0.5, width: 0.5, height: 0.5 }], options);
  expect(small.weights[0]).toBe(0.5);
});

test("a thing smaller than a place still has the place that it is in", () => {
  const { classes, weights } = placeAnswers([{ name: "cat", x: 0.9, y: 0.1, width: 0.05, height: 0.05 }], options);
  expect([classes[3], weights[3]]).toEqual([0, 1]);
  expect(classes.filter((c) => c === 0)).toHaveLength(1);
});

test("later things are in front", () => {
  const box = { x: 0.375, y: 0.375, width: 0.4, height: 0.4 };
  const { classes } = placeAnswers(
    [
      { ...box, name: "cat" },
      { ...box, name: "dog" },
    ],
    options,
  );
  expect(classes[5]).toBe(1);
  expect(classes).not.toContain(0);
});

import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const names = ["ddpm", "ddim", "heun", "renoise"];

test.each([
  ["DDIM", "ddim"],
  ["ddmp", "ddpm"],
  ["renoize", "renoise"],
  ["henu", "heun"],
  ["ddmi", "ddim"],
])("%s is meant as %s", (word, expected) => {
  expect(nearest(word, names)).toBe(expected);
});

test("a word unlike all of them has no nearest", () => {
  expect(nearest("bogosort", names)).toBeUndefined();
});

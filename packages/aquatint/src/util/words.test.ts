import { expect, test } from "vitest";
import { duration, figureText } from "./words.ts";

test.each([
  [0.04, "0.0 s"],
  [4.23, "4.2 s"],
  [9.97, "10 s"],
  [59.4, "59 s"],
  [59.6, "1 min 0 s"],
  [200, "3 min 20 s"],
  [599.7, "10 min"],
  [3599, "1 h 00 min"],
  [3900, "1 h 05 min"],
])("%d seconds are %s", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test.each([
  [0, "0"],
  [1234, "1,234"],
  [0.148267, "0.1483"],
  [0.5, "0.5"],
  [12.5, "12.5"],
  [99.999, "100"],
  [0.000213, "2.13e-4"],
  [0.0002, "2e-4"],
  [-3.25, "-3.25"],
  [7_654_321, "7.65e+6"],
])("%d is written %s", (value, text) => {
  expect(figureText(value)).toBe(text);
});

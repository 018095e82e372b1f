import { expect, test } from "vitest";
import { latinKey } from "./latin-key.ts";

test.each([
  ["s", "KeyS", "s"],
  ["S", "KeyS", "s"],
  ["ы", "KeyS", "s"],
  ["σ", "KeyS", "s"],
  ["q", "KeyA", "q"], // a French keyboard
  ["é", "Digit2", "digit2"],
  ["Delete", "Delete", "delete"],
  [",", "Comma", ","],
])("the key %s at %s is %s", (key, code, expected) => {
  expect(latinKey({ key, code })).toBe(expected);
});

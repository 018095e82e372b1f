import { expect, test } from "vitest";
import { reweighted } from "./weight-keys.ts";

/** The text after a change of what is between the bars, with the new selection between bars. */
function pressed(marked: string, change: number): string | undefined {
  const [before = "", words = "", after = ""] = marked.split("|");
  const text = before + words + after;
  const selection = [before.length, before.length + words.length] as const;
  const result = reweighted(text, selection, change);
  if (!result) return undefined;
  const next = text.slice(0, result.range[0]) + result.text + text.slice(result.range[1]);
  const [start, end] = result.selection;
  return `${next.slice(0, start)}|${next.slice(start, end)}|${next.slice(end)}`;
}

test.each([
  ["a |red apple| tree", 0.1, "a (|red apple|:1.1) tree"],
  ["a (|red apple|:1.1) tree", 0.1, "a (|red apple|:1.2) tree"],
  ["a (|red apple|:1.1) tree", -0.1, "a |red apple| tree"],
  ["a |(red apple:1.1)| tree", 0.1, "a (|red apple|:1.2) tree"],
  ["a | red apple | tree", -0.1, "a  (|red apple|:0.9)  tree"],
  ["a r||ed apple", 0.1, "a (|red|:1.1) apple"],
  ["a (red ap||ple:1.3), x", 0.1, "a (|red apple|:1.4), x"],
  ["a (|red|) apple", 0.1, "a (|red|:1.2) apple"],
  ["a ((|red|:0.1):2)", -0.1, "a ((|red|:0):2)"],
  ["a (|red|:5)", 0.1, "a (|red|:5)"],
  ["apple||", 0.1, "(|apple|:1.1)"],
  ["a red, || apple", 0.1, undefined],
  ["||", 0.1, undefined],
])("%s changed by %d is %s", (marked, change, expected) => {
  expect(pressed(marked, change)).toBe(expected);
});

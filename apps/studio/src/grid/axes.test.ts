import { expect, test } from "vitest";
import { initialSettings } from "../settings/settings.ts";
import { axes, axisProblem, gridProblem, withValue } from "./axes.ts";
import { numbersOf, valuesOf } from "./axis-values.ts";

test.each(axes)("the example of $label has values of it", (axis) => {
  const needed = { sampler: "euler", negative: "blue", hires: 1.5, variationStrength: 0.3 };
  const settings = { ...initialSettings, prompt: "a horse", ...needed };
  const side = { axis, values: axis.read(axis.example) };
  expect(side.values.length).toBeGreaterThan(1);
  expect(axisProblem(side, settings)).toBeUndefined();
  const results = side.values.map((value) => JSON.stringify(withValue(settings, side, value)));
  expect(new Set(results).size).toBe(side.values.length);
});

const axisOf = (id: string) => axes.find((axis) => axis.id === id)!;
test.each([
  ["steps", "4, many", "“many” is no value of steps."],
  ["steps", "4, 4.5", "“4.5” is no value of steps."],
  ["guidance", "", "Give at least one value."],
  ["seed", "-1", "“-1” is no value of seed."],
  ["sampler", "euler, bogosort", "“bogosort” is no value of sampler."],
  ["spacing", "Karras", "Choose a sampler in Settings first: a spacing goes with it."],
  ["size", "64x64, 64", "“64” is no value of size."],
  ["style", "none, Baroque", "“Baroque” is no value of style."],
  ["hiresStrength", "0.5", "Switch the hires fix on first."],
  ["seed", "1, 2, 1", "“1” stands there twice."],
  ["words", "zebra, dog", "The first word, “zebra”, must be in the prompt: the others take its place."],
])("%s of %j: %s", (id, text, problem) => {
  expect(axisProblem({ axis: axisOf(id), values: axisOf(id).read(text) }, initialSettings)).toBe(problem);
});

test("words take the place of the first of the list", () => {
  const side = { axis: axisOf("words"), values: ["horse", "dog"] };
  expect(withValue(initialSettings, side, "dog").prompt).toBe("an astronaut riding a dog");
});

test.each([
  ['a, "b, c" ,d', ["a", "b, c", "d"]],
  ['"say ""hi"""', ['say "hi"']],
  [" , a,,", ["a"]],
])("the values of %s are %j", (text, values) => {
  expect(valuesOf(text)).toEqual(values);
});

test.each([
  ["1-4", ["1", "2", "3", "4"]],
  ["4-20 (+8), 30", ["4", "12", "20", "30"]],
  ["0-1 [3]", ["0", "0.5", "1"]],
  ["3-1", ["3", "2", "1"]],
  ["0.1-0.4 (+0.1)", ["0.1", "0.2", "0.3", "0.4"]],
  ["1-3 (-1)", ["1"]],
])("the numbers of %s are %j", (text, values) => {
  expect(numbersOf(text)).toEqual(values);
});

test("rows and columns change two settings", () => {
  const [steps, seed] = [axisOf("steps"), axisOf("seed")].map((axis) => ({ axis, values: ["1"] }));
  expect(gridProblem(steps!, steps!)).toMatch("the same setting");
  expect(gridProblem(steps!, seed!)).toBeUndefined();
});

import { expect, test } from "vitest";
import { initialSettings } from "../settings/settings.ts";
import { axes, axisProblem, valuesOf, withValue } from "./axes.ts";

test.each(axes)("the example of $label has values of it", (axis) => {
  const settings = { ...initialSettings, prompt: "a horse" };
  const side = { axis, values: valuesOf(axis.example) };
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
  ["words", "zebra, dog", "The first word, “zebra”, must be in the prompt: the others take its place."],
])("%s of %j: %s", (id, text, problem) => {
  expect(axisProblem({ axis: axisOf(id), values: valuesOf(text) }, initialSettings)).toBe(problem);
});

test("words take the place of the first of the list", () => {
  const side = { axis: axisOf("words"), values: ["horse", "dog"] };
  expect(withValue(initialSettings, side, "dog").prompt).toBe("an astronaut riding a dog");
});

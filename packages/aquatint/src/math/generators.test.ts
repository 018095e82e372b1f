import { expect, test } from "vitest";
import { generatorNamed, generators } from "./generators.ts";

test("a generator is found by its name, and a wrong one is refused with the nearest", () => {
  for (const name of Object.keys(generators)) expect(generatorNamed(name)).toBe(name);
  expect(() => generatorNamed("cuda-filox")).toThrow('there is no random generator "cuda-filox"');
});

test("the generators differ for the same seed", () => {
  expect(generators["torch-cpu"](0).randn(4)).not.toEqual(generators["cuda-philox"](0).randn(4));
});

import { expect, test } from "vitest";
import { sampleMutants } from "../mutate.ts";
import { mutantsOf } from "./mutants.ts";
import { createRelatedTests } from "./related-tests.ts";

const changes = (text: string): string[] => mutantsOf("x.ts", text).map(({ source }) => source);

test.each([
  ["a < b;", ["a <= b;"]],
  ["a + 1;", ["a - 1;", "a + 2;"]],
  ["if (a) b();", ["if (!(a)) b();", "if (a) ;"]],
  ["await save(x);", [";"]],
  ["const f = () => { return x; };", ["const f = () => { return undefined; };"]],
  ["a && b;", ["a || b;"]],
])("mutants of %s", (text, expected) => {
  expect(changes(text)).toEqual(expected);
});

test("types, imports and the words of errors have no mutants", () => {
  expect(changes('import { a } from "b";\ntype N = 1 | 2;\nthrow new RangeError(text(1 + 2));')).toEqual([]);
});

const guidance = "packages/aquatint/src/diffusion/guidance.ts";

test("a file's tests are those that import it, its own area's first", () => {
  const { first, second } = createRelatedTests("packages/aquatint")(guidance);
  expect(first).toContain("packages/aquatint/src/diffusion/guidance.test.ts");
  for (const path of first) expect(path).toMatch(/^packages\/aquatint\/src\/diffusion\/.*\.test\.ts$/);
  expect(second).toContainEqual(expect.stringMatching(/^packages\/aquatint\/src\/pipelines\/.*\.test\.ts$/));
});

test("a seed gives the same sample, another seed another", () => {
  const sample = (seed: number) => sampleMutants([guidance], 8, seed).map(({ line, after }) => `${line} ${after}`);
  expect(sample(1)).toHaveLength(8);
  expect(sample(1)).toEqual(sample(1));
  expect(sample(1)).not.toEqual(sample(2));
});

import { expect, test } from "vitest";
import { fastTests, longTests, quickTests } from "./quick.ts";
import { filesUnder } from "./tree.ts";

test("quick tests are many, and open no session of ONNX Runtime, whether a test or what it imports would", () => {
  const quick = quickTests();
  expect(quick.length).toBeGreaterThan(50);
  expect(quick).toContain("packages/aquatint/src/tokenizers/clip.test.ts");
  const tests = filesUnder("packages/aquatint/src");
  for (const name of ["ops/ops", "cli/commands/generate", "runtime/runtime.node", "data/prefetch"]) {
    const slow = `packages/aquatint/src/${name}.test.ts`;
    expect(tests).toContain(slow);
    expect(quick).not.toContain(slow);
  }
});

test("each long test is there and would be a quick one", () => {
  expect(fastTests()).toEqual(expect.arrayContaining([...longTests]));
});

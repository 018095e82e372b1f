import { expect, test } from "vitest";
import { renameKey } from "./rename.ts";

test("the longest prefix of whole parts is replaced", () => {
  const table = new Map([
    ["a.1", "x"],
    ["a.1.b", "y"],
    ["a.10", "z"],
  ]);
  expect(renameKey("a.1.weight", table)).toBe("x.weight");
  expect(renameKey("a.1.b.weight", table)).toBe("y.weight");
  expect(renameKey("a.10.weight", table)).toBe("z.weight");
  expect(renameKey("a.1", table)).toBe("x");
  expect(renameKey("b.1", table)).toBeUndefined();
});

import { expect, test } from "vitest";
import { itemAt, lookup, required } from "./items.ts";

test("an item is found from either end of an array or a typed array", () => {
  expect(itemAt(["a", "b", "c"], 0)).toBe("a");
  expect(itemAt(["a", "b", "c"], -1)).toBe("c");
  expect(itemAt(Float32Array.of(0.5, 0), 1)).toBe(0);
});

test("an index without an item is named with the length", () => {
  for (const [list, i] of [
    [[], 0],
    [["a"], 1],
    [["a"], -2],
    [Int32Array.of(1, 2), 2],
  ] as const) {
    expect(() => itemAt<unknown>(list, i)).toThrow(`a list of ${list.length} items has no item ${i}`);
  }
});

test("a value is found in a map or a record, never in what records inherit", () => {
  expect(lookup(new Map([[1, "a"]]), 1)).toBe("a");
  expect(lookup({ a: 0 }, "a")).toBe(0);
  expect(() => lookup(new Map([["a", 1]]), "b")).toThrow('there is no value under "b"');
  expect(() => lookup<unknown>({}, "toString")).toThrow('there is no value under "toString"');
});

test("a value that must be there is named where it is not", () => {
  expect(required(false, "flag")).toBe(false);
  expect(() => required(undefined, "flag")).toThrow('there is no value under "flag"');
});

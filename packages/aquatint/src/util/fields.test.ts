import { describe, expect, test } from "vitest";
import {
  anything,
  boolean,
  either,
  type Fields,
  field,
  integer,
  listOf,
  nullable,
  nullish,
  number,
  object,
  oneOf,
  optional,
  readFields,
  text,
  type ValueType,
} from "./fields.ts";

const read = <F extends Fields>(fields: F, json: object) =>
  readFields(
    fields,
    json as Readonly<Record<string, unknown>>,
    ({ path, actual, expected }) => new Error(`${path}: ${actual}, expected ${expected}`),
  );

const lists = listOf(either(integer({ from: 0 }), listOf(integer({ from: 0 }))), { min: 1 });

describe("a type", () => {
  test.each<[ValueType<unknown>, readonly unknown[], readonly unknown[]]>([
    [number(), [0, -1.5, 1e300], [Number.NaN, Number.POSITIVE_INFINITY, "1", null, [1]]],
    [number({ above: 0 }), [0.1], [0, -1]],
    [number({ from: 0, below: 1 }), [0, 0.99], [-0.1, 1]],
    [number({ from: 0, to: 1 }), [0, 1], [-0.1, 1.1]],
    [integer(), [0, -3], [1.5, 2 ** 53, "1"]],
    [integer({ from: 1 }), [1], [0, 1.5]],
    [boolean, [true, false], [0, null, "true"]],
    [text, ["", "a"], [1, null]],
    [object, [{}, { a: 1 }], [[], null, "{}"]],
    [anything, [null, 1, []], []],
    [oneOf("a", "b"), ["a", "b"], ["c", false]],
    [nullable(text), [null, "a"], [1]],
    [listOf(text), [[], ["a"]], ["a", [1], { 0: "a" }]],
    [listOf(text, { max: 1 }), [[], ["a"]], [["a", "b"]]],
    [lists, [[1], [1, [2, 3]]], [[], [-1], [[-1]], 1]],
  ])("%# takes some values and refuses others", (type, valid, invalid) => {
    for (const value of valid) expect(read({ a: field(type, "standard") }, { a: value })).toEqual({ a: value });
    for (const value of invalid) expect(() => read({ a: optional(type) }, { a: value })).toThrow("a");
  });
});

test("a key that is absent has its default, and null does where it stands for it", () => {
  const fields = {
    a: field(integer(), 1),
    b: nullish(boolean, true),
    c: optional(text),
    d: field(nullable(text), "d"),
  };
  expect(read(fields, {})).toEqual({ a: 1, b: true, c: undefined, d: "d" });
  expect(read(fields, { b: null, d: null, e: 5 })).toEqual({ a: 1, b: true, c: undefined, d: null });
  expect(() => read(fields, { a: null })).toThrow("a: null, expected a whole number");
  expect(read(fields, Object.create({ a: "inherited" }))).toMatchObject({ a: 1 });
});

test.each<[ValueType<unknown>, unknown, string]>([
  [integer({ from: 1 }), 0, "a: 0, expected a whole number of 1 or more"],
  [integer({ from: 1, to: 3 }), 4, "a: 4, expected a whole number from 1 to 3"],
  [number({ above: 0, to: 1 }), Number.NaN, "a: NaN, expected a number above 0 and of at most 1"],
  [listOf(integer({ from: 1 })), [1, 2.5], "a.1: 2.5, expected a whole number of 1 or more"],
  [nullable(listOf(text)), ["x", 1], "a.1: 1, expected a text"],
  [listOf(text, { min: 1 }), [], "a: [], expected a list of 1 or more, each a text"],
  [listOf(text, { min: 1, max: 1 }), [], "a: [], expected a list of 1, each a text"],
  [listOf(text, { max: 1 }), ["x", "y"], 'a: ["x","y"], expected a list of 0 to 1, each a text'],
  [either(text, listOf(text)), 1, "a: 1, expected a text, or a list, each a text"],
  [oneOf("x", "y"), "z".repeat(1000), `a: "${"z".repeat(199)}, expected "x" or "y"`],
])("a wrong value is named with what is expected: %#", (type, value, message) => {
  expect(() => read({ a: optional(type) }, { a: value })).toThrow(new Error(message));
});

import { expect, test } from "vitest";
import { add, mul } from "../ops/elementwise.ts";
import { input, param } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/shape.ts";
import { graphMemory } from "./memory.ts";

const feed = (name: string, ...shape: number[]) => input({ name, shape });
const none = () => undefined;
const KB = 4 * 256;

test("a chain holds what it reads and what it makes", () => {
  let y = feed("x", 256);
  for (let i = 0; i < 10; i++) y = mul(y, y);
  expect(graphMemory({ y }, none)).toEqual({ weights: 0, stored: 0, activations: 2 * KB });
});

test("what is used later stays, and a result to the end", () => {
  const x = feed("x", 256);
  const early = mul(x, x);
  let y = early;
  for (let i = 0; i < 3; i++) y = mul(y, y);
  expect(graphMemory({ y: add(y, early) }, none).activations).toBe(3 * KB);
  expect(graphMemory({ early, y }, none).activations).toBe(3 * KB);
});

test("another shape of the same memory takes none, and keeps it", () => {
  const x = feed("x", 16, 16);
  const y = reshape(mul(x, x), { shape: [256] });
  expect(graphMemory({ y }, none).activations).toBe(2 * KB);
  expect(graphMemory({ y: add(reshape(mul(y, y), { shape: [16, 16] }), x) }, none).activations).toBe(3 * KB);
});

test("weights lie beside the graph; those in half precision are widened one after the other", () => {
  const weights = Array.from({ length: 5 }, () => param({ shape: [16, 16], init: "zeros" }));
  const y = weights.reduce((x, w) => matmul(x, w), feed("x", 1, 16));
  const of = (bytes: number) => graphMemory({ y }, (leaf) => (weights.includes(leaf) ? 256 * bytes : undefined));
  expect(of(4)).toEqual({ weights: 5 * KB, stored: 5 * KB, activations: 2 * 64 });
  expect(of(2)).toEqual({ weights: 5 * KB, stored: 2.5 * KB, activations: KB + 2 * 64 });
});

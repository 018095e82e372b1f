import { expect, test } from "vitest";
import { askedTogether, inStep } from "./together.ts";

test("networks that are asked together are answered by one call, in their order", async () => {
  const calls: number[][] = [];
  const [first, second] = askedTogether(2, async (xs, t) => {
    calls.push(xs.map(([v]) => v! + t));
    return xs.map(([v]) => 10 * v!);
  });
  const late = second!(Float32Array.of(2), 100);
  expect(calls).toEqual([]);
  expect(await Promise.all([first!(Float32Array.of(1), 100), late])).toEqual([10, 20]);
  expect(await Promise.all([second!(Float32Array.of(4), 50), first!(Float32Array.of(3), 50)])).toEqual([40, 30]);
  expect(calls).toEqual([
    [101, 102],
    [53, 54],
  ]);
});

test("a call that fails, fails for all", async () => {
  const [first, second] = askedTogether(2, () => Promise.reject(new Error("out of memory")));
  const both = await Promise.allSettled([first!(new Float32Array(1), 1), second!(new Float32Array(1), 1)]);
  expect(both).toMatchObject([{ reason: { message: "out of memory" } }, { reason: { message: "out of memory" } }]);
});

test("generators go in step", async () => {
  async function* count(from: number) {
    for (let i = 0; i < 3; i++) yield from + i;
  }
  const found = [];
  for await (const values of inStep([count(0), count(10)])) found.push(values);
  expect(found).toEqual([
    [0, 10],
    [1, 11],
    [2, 12],
  ]);
});

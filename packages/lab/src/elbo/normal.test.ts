import { expect, test } from "vitest";
import { erfc, logNormalCdf, logNormalInterval, tanhNormalCdf } from "./normal.ts";

// Values of Abramowitz and Stegun's tables, and further ones of arbitrary-precision arithmetic.
test.each([
  [0, 1],
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [2, 0.004677734981047266],
  [2.5, 0.00040695201744495897],
  [3, 2.209049699858544e-5],
  [5, 1.5374597944280349e-12],
  [10, 2.088487583762545e-45],
  [-1, 1.8427007929497148],
])("erfc(%f)", (x, value) => {
  expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-11);
});

test("erfc is continuous where its two forms meet", () => {
  expect(erfc(2.5) / erfc(2.5 - 1e-12)).toBeCloseTo(1, 10);
});

test("the log of the distribution function goes on where the function underflows", () => {
  expect(logNormalCdf(0)).toBeCloseTo(Math.log(0.5), 14);
  expect(logNormalCdf(-40)).toBeCloseTo(-804.6084420137538, 8);
  expect(logNormalCdf(-1000)).toBeCloseTo(-500007.8266948122, 5);
  expect([logNormalCdf(Number.POSITIVE_INFINITY), logNormalCdf(Number.NEGATIVE_INFINITY)]).toEqual([
    0,
    Number.NEGATIVE_INFINITY,
  ]);
});

test("intervals tile the line, wide and narrow, in both tails alike", () => {
  const edges = [Number.NEGATIVE_INFINITY, -3, -0.2, 0.1, 2.5, Number.POSITIVE_INFINITY];
  const parts = edges.slice(1).map((b, i) => Math.exp(logNormalInterval(edges[i]!, b)));
  expect(parts.reduce((a, b) => a + b)).toBeCloseTo(1, 13);
  expect(logNormalInterval(30, 31)).toBe(logNormalInterval(-31, -30));
  expect(logNormalInterval(30, 31)).toBeCloseTo(-454.3212439563117, 8);
  const density = Math.exp(-0.5) / Math.sqrt(2 * Math.PI);
  expect(Math.exp(logNormalInterval(1, 1 + 1e-6)) / (1e-6 * density)).toBeCloseTo(1, 5);
});

test("the tanh approximation is within 2e-4", () => {
  for (let z = -5; z <= 5; z += 0.1) expect(Math.abs(tanhNormalCdf(z) - Math.exp(logNormalCdf(z)))).toBeLessThan(2e-4);
});

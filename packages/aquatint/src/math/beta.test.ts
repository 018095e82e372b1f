import { expect, test } from "vitest";
import { betaQuantile, betaShare } from "./beta.ts";

test("Beta(1, 1) is uniform and Beta(2, 1) has the share x^2", () => {
  for (const x of [0, 0.1, 0.5, 0.93, 1]) {
    expect(betaShare(x, 1, 1)).toBeCloseTo(x, 13);
    expect(betaShare(x, 2, 1)).toBeCloseTo(x * x, 13);
  }
});

test("Beta(1/2, 1/2) is the arcsine law", () => {
  for (const x of [0.001, 0.2, 0.5, 0.99]) {
    expect(betaShare(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 12);
  }
});

test("quantiles undo shares, the ends included", () => {
  for (const p of [0, 0.01, 0.3, 0.5, 0.77, 1]) {
    expect(betaShare(betaQuantile(p, 0.6, 0.6), 0.6, 0.6)).toBeCloseTo(p, 10);
  }
  expect(betaQuantile(0.5, 0.6, 0.6)).toBeCloseTo(0.5, 12);
});

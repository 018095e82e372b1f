import { torchCpu } from "aquatint/math";
import { expect, test } from "vitest";
import { elboOf } from "./elbo.ts";
import { discretized, type Normals, normalLogDensity } from "./likelihood.ts";
import { importanceBound, logImportance, variationalElbo } from "./variational.ts";

/**
 * z ~ N(0, I), x = W z + b + s e with columns of W at right angles: ln p(x) and p(z | x) are known. Per latent k the
 * posterior has precision 1 + |w_k|² / s² and mean w_k·(x - b) / s² over that.
 */
const W = [
  [1.2, 0.5],
  [0.6, -1],
  [0, 0],
];
const offset = [0.3, -0.2, 0.1];
const noise = 0.7;
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const column = (k: number) => W.map((row) => row[k]!);

function posteriorOf(x: readonly number[]): { mean: number[]; logVariance: number[] } {
  const centered = x.map((v, i) => v - offset[i]!);
  const precision = [0, 1].map((k) => 1 + dot(column(k), column(k)) / noise ** 2);
  return {
    mean: precision.map((p, k) => dot(column(k), centered) / noise ** 2 / p),
    logVariance: precision.map((p) => -Math.log(p)),
  };
}

/** ln N(x; b, W Wᵀ + s² I), from its eigenvectors: the columns of W, and what is at right angles to them. */
function exactLogLikelihood(x: readonly number[]): number {
  const centered = x.map((v, i) => v - offset[i]!);
  let rest = dot(centered, centered);
  let nats = 0;
  for (const k of [0, 1]) {
    const [w, length] = [column(k), dot(column(k), column(k))];
    const along = dot(w, centered) ** 2 / length;
    const variance = length + noise ** 2;
    rest -= along;
    nats -= (along / variance + Math.log(2 * Math.PI * variance)) / 2;
  }
  return nats - (rest / noise ** 2 + Math.log(2 * Math.PI * noise ** 2)) / 2;
}

const decoded = (z: ArrayLike<number>): Normals => ({
  mean: W.map((row, i) => offset[i]! + row[0]! * z[0]! + row[1]! * z[1]!),
  logVariance: 2 * Math.log(noise),
});

const x = [0.9, -1.1, 0.4];
const random = torchCpu(3);
/** Draws of a posterior with what they make of x. */
const draws = (posterior: { mean: number[]; logVariance: number[] }, n: number) =>
  Array.from({ length: n }, () => {
    const e = random.randn(2);
    const z = posterior.mean.map((m, k) => m + Math.exp(posterior.logVariance[k]! / 2) * e[k]!);
    return { posterior, z, logLikelihood: normalLogDensity(x, decoded(z)) };
  });
const nats = (bits: number) => bits * x.length * Math.LN2;
const bound = (posterior: ReturnType<typeof posteriorOf>, n: number) => {
  const elbos = draws(posterior, n).map((draw) => -nats(elboOf(variationalElbo({ ...draw, latents: 2 })).total));
  return elbos.reduce((a, b) => a + b) / n;
};

test("with the true posterior the bound is the likelihood, and each importance weight is", () => {
  const posterior = posteriorOf(x);
  expect(bound(posterior, 4000)).toBeCloseTo(exactLogLikelihood(x), 1);
  for (const draw of draws(posterior, 5)) expect(logImportance(draw)).toBeCloseTo(exactLogLikelihood(x), 9);
});

test("with another it is lower by their divergence, and importance weighting closes the gap", () => {
  const { mean, logVariance } = posteriorOf(x);
  const off = { mean: mean.map((m) => m + 0.4), logVariance: logVariance.map((v) => v + 0.5) };
  const truth = exactLogLikelihood(x);
  const gap = [0, 1].reduce((sum, k) => sum + (Math.exp(0.5) + 0.4 ** 2 / Math.exp(logVariance[k]!) - 1 - 0.5) / 2, 0);
  expect(bound(off, 5000)).toBeCloseTo(truth - gap, 1);
  const weighted = (k: number, times: number) => {
    const estimates = Array.from({ length: times }, () => importanceBound(draws(off, k).map(logImportance)));
    return estimates.reduce((a, b) => a + b) / times;
  };
  const [single, some, many] = [weighted(1, 5000), weighted(8, 500), weighted(1000, 10)];
  expect(single).toBeCloseTo(truth - gap, 1);
  expect(some).toBeGreaterThan(single + gap / 2);
  expect(many).toBeCloseTo(truth, 1);
});

test("a discretized logistic gives all values together probability 1, also far from its center", () => {
  const values = Array.from({ length: 256 }, (_, i) => i / 127.5 - 1);
  const likelihood = discretized({ interval: "logistic" });
  for (const [mean, scale] of [
    [0.2, 0.05],
    [-3, 0.4],
    [1, 1e-3],
  ] as const) {
    const all = likelihood(values, { mean, logVariance: 2 * Math.log(scale) });
    expect(all.every(Number.isFinite)).toBe(true);
    expect(all.reduce((sum, v) => sum + Math.exp(v), 0)).toBeCloseTo(1, 9);
  }
});

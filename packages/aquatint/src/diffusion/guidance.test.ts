import { expect, test } from "vitest";
import { type Denoiser, denoiser, type Network } from "./denoiser.ts";
import { clipped, guided, reconciled, thresholded } from "./guidance.ts";
import type { Level } from "./level.ts";
import { targets } from "./prediction.ts";

const level: Level = { t: 1, alpha: 0.8, sigma: 0.6 };
const x = Float32Array.of(0.5, -2);
const constant =
  (...values: readonly number[]): Network =>
  async () =>
    Float32Array.from(values);

test("guidance goes beyond the conditional output by its scale", async () => {
  const out = await guided(constant(1, 3), constant(2, -1), 7.5)(x, level);
  expect(Array.from(out)).toEqual([2 + 7.5 * (1 - 2), -1 + 7.5 * (3 + 1)]);
});

test("at scale 1 the unconditional network is not asked, at 0 only it counts", async () => {
  const never: Network = () => Promise.reject(new Error("asked"));
  expect(Array.from(await guided(constant(1, 3), never, 1)(x, level))).toEqual([1, 3]);
  expect(Array.from(await guided(constant(1, 3), constant(2, -1), 0)(x, level))).toEqual([2, -1]);
});

test("clipping bounds x0 and leaves eps as it was", async () => {
  const plain = denoiser(constant(0.5, 0.25), targets.epsilon);
  const [raw, cut] = [await plain(x, level), await clipped(plain)(x, level)];
  expect(raw.x0[1]).toBeLessThan(-2);
  expect([cut.x0[0], cut.x0[1]]).toEqual([raw.x0[0], -1]);
  expect(cut.eps).toEqual(raw.eps);
  expect((await clipped(plain, 2)(x, level)).x0[1]).toBe(-2);
});

test("dynamic thresholding clips at a quantile of |x0| and scales back to 1", async () => {
  const belief: Denoiser = async () => ({ x0: Float32Array.of(-4, 1, 2, 0.5, 3), eps: x });
  const { x0, eps } = await thresholded(belief, { quantile: 0.5, max: 10 })(x, level);
  expect(Array.from(x0)).toEqual([-1, 0.5, 1, 0.25, 1]);
  expect(eps).toBe(x);
  expect(Array.from((await thresholded(belief)(x, level)).x0)).toEqual([-1, 1, 1, 0.5, 1]);
});

test("reconciled noise makes x of the bounded data again", async () => {
  const plain = denoiser(constant(0.5, 0.25), targets.epsilon);
  const { x0, eps } = await reconciled(clipped(plain))(x, level);
  x.forEach((v, i) => {
    expect(level.alpha * x0[i]! + level.sigma * eps[i]!).toBeCloseTo(v, 6);
  });
});

import {
  cleanLevel,
  denoiser,
  gaussianMixture,
  type Level,
  levels,
  scheduleFromAlphaBar,
  schedules,
  snr,
  targets,
} from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";
import { expect, test } from "vitest";
import { type ElboInput, type ElboTerm, elbo, elboOf } from "./elbo.ts";
import { normalLogDensity } from "./likelihood.ts";
import {
  fixedVariances,
  learnedReverseStep,
  type ReverseStep,
  reverseStep,
  varianceBounds,
} from "./reverse-process.ts";

const variance = 0.36;
const data = gaussianMixture([{ mean: [0], covariance: variance }]);
/** Var(x_0 | x_t) of that data. */
const uncertainty = ({ alpha, sigma }: Level) => (variance * sigma ** 2) / (alpha ** 2 * variance + sigma ** 2);
const nats = (bits: number) => bits * Math.LN2;

async function termsOf(input: Omit<ElboInput, "noise"> & { readonly seed?: number }): Promise<ElboTerm[]> {
  const stream = torchCpu(input.seed ?? 0);
  const all: ElboTerm[] = [];
  for await (const term of elbo({ ...input, noise: () => stream.randn(input.x0.length) })) all.push(term);
  return all;
}

const path = levels({ schedule: schedules.linear({ steps: 40 }), steps: 40 });
const many = Float32Array.from(data.sample(torchCpu(2), 10_000));

test("one term for each step and one for the prior, from T down", async () => {
  const terms = await termsOf({ levels: path, reverse: reverseStep(data.denoise), x0: many.subarray(0, 10) });
  expect(terms.map(({ t }) => t)).toEqual([40, ...Array.from({ length: 40 }, (_, i) => 40 - i)]);
  expect(terms.map(({ part }) => part)).toEqual([
    "prior matching",
    ...Array.from({ length: 39 }, () => "denoising matching"),
    "reconstruction",
  ]);
  const { total, reconstruction, denoisingMatching, priorMatching } = elboOf(terms);
  expect(total).toBeCloseTo(
    terms.reduce((sum, { bits }) => sum + bits, 0),
    10,
  );
  expect(total).toBeCloseTo(reconstruction + denoisingMatching + priorMatching, 10);
});

test("on Gaussian data every term has its closed form", async () => {
  const reverse = reverseStep(data.denoise);
  const terms = await termsOf({ levels: path, reverse, x0: many, logLikelihood: normalLogDensity });
  for (const { part, t, bits } of terms) {
    const [from, to, before] = [path[40 - t]!, path[41 - t]!, path[39 - t]];
    if (part === "prior matching") {
      const noisedVariance = from.alpha ** 2 * variance;
      expect(nats(bits)).toBeCloseTo((noisedVariance + from.sigma ** 2 - 1 - Math.log(from.sigma ** 2)) / 2, 3);
    } else if (part === "denoising matching") {
      // Kingma et al. 2021, equation 14: half the step in SNR times the squared error of the estimate
      expect(nats(bits) / (((snr(to) - snr(from)) / 2) * uncertainty(from))).toBeCloseTo(1, 1);
    } else {
      const logVariance = fixedVariances.small({ from, to, before });
      const error = uncertainty(from) * Math.exp(-logVariance);
      expect(nats(bits)).toBeCloseTo((Math.log(2 * Math.PI) + logVariance + error) / 2, 1);
    }
  }
});

/** The true reverse process of the Gaussian data. */
const trueReverse: ReverseStep = async (x, { from, to }) => {
  const gain = (to.alpha * from.alpha * variance + (from.alpha / to.alpha) * to.sigma ** 2) / spread(from);
  return { mean: Float64Array.from(x, (v) => gain * v), logVariance: Math.log(spread(to) - gain ** 2 * spread(from)) };
};
const spread = ({ alpha, sigma }: Level) => alpha ** 2 * variance + sigma ** 2;

test("with the true reverse process the bound is the likelihood", async () => {
  const all = levels({ schedule: schedules.cosine({ steps: 40 }), steps: 40 });
  const terms = await termsOf({ levels: all, reverse: trueReverse, x0: many, logLikelihood: normalLogDensity });
  const exact = -data.logDensity(many).reduce((a, b) => a + b, 0) / many.length;
  expect(nats(elboOf(terms).total)).toBeCloseTo(exact, 1);
  expect(Math.abs(nats(elboOf(terms).total) - exact)).toBeLessThan(0.02);
});

/** The log-SNR falls evenly, so that a step is as good a normal at one end as at the other. */
const even = (steps: number) =>
  scheduleFromAlphaBar((u) => (u === 0 ? 1 : 1 / (1 + Math.exp(18 * (u - 1 / steps) - 9))), { steps });

test("the bound of a fixed variance nears the likelihood as 1 / T, from above", async () => {
  const exact = -data.logDensity(many).reduce((a, b) => a + b, 0) / many.length;
  const gap = async (steps: number) => {
    const [small, forward] = [reverseStep(data.denoise), reverseStep(data.denoise, { variance: "forward" })];
    const reverse: ReverseStep = (x, step) => (step.to.sigma === 0 ? forward : small)(x, step);
    const input = { levels: levels({ schedule: even(steps), steps }), reverse, logLikelihood: normalLogDensity };
    return nats(elboOf(await termsOf({ ...input, x0: many })).total) - exact;
  };
  const [coarse, fine] = [await gap(50), await gap(200)];
  expect(fine).toBeGreaterThan(0);
  expect(coarse / fine).toBeGreaterThan(3);
  expect(coarse / fine).toBeLessThan(6);
});

const move = { from: path[20]!, to: path[21]!, before: path[19]! };
const x = torchCpu(5).randn(6);

test("a learned range at its ends has the fixed variances, and between them it interpolates the logarithms", async () => {
  const { small, large } = varianceBounds(move);
  const of = async (v: number) => {
    const network = async () => Float32Array.of(...torchCpu(1).randn(6), ...new Float32Array(6).fill(v));
    return learnedReverseStep(network, { target: targets.epsilon })(x, move);
  };
  expect([...((await of(-1)).logVariance as Float64Array)]).toEqual(Array(6).fill(small));
  expect([...((await of(1)).logVariance as Float64Array)]).toEqual(Array(6).fill(large));
  expect(((await of(0)).logVariance as Float64Array)[0]).toBeCloseTo((small + large) / 2, 14);
});

test("a learned variance is taken as it is; the mean is that of the prediction, image by image", async () => {
  const [output, v] = [torchCpu(1).randn(6), torchCpu(2).randn(6)];
  const network = async () =>
    Float32Array.of(...output.subarray(0, 3), ...v.subarray(0, 3), ...output.subarray(3), ...v.subarray(3));
  const options = { target: targets.v_prediction, variance: "learned", images: 2 } as const;
  const { mean, logVariance } = await learnedReverseStep(network, options)(x, move);
  const plain = await reverseStep(denoiser(async () => output, targets.v_prediction))(x, move);
  expect(mean).toEqual(plain.mean);
  expect(logVariance).toEqual(Float64Array.from(v));
});

test("the better variance of the data's spread gives the better bound", async () => {
  const bound = async (kind: "small" | "large") =>
    elboOf(
      await termsOf({
        levels: levels({ schedule: schedules.cosine({ steps: 8 }), steps: 8 }),
        reverse: reverseStep(data.denoise, { variance: kind }),
        x0: many,
        logLikelihood: normalLogDensity,
      }),
    ).denoisingMatching;
  expect(await bound("large")).toBeLessThan(await bound("small"));
});

test("the last step's small variance is that of the step before, as published", () => {
  const [previous, last] = [path[38]!, path[39]!];
  const beta = 1 - last.alpha ** 2;
  const { small, large } = varianceBounds({ from: last, to: cleanLevel, before: previous });
  expect(large).toBeCloseTo(Math.log(beta), 12);
  expect(small).toBeLessThan(large);
  expect(fixedVariances.large({ from: last, to: cleanLevel, before: previous })).toBe(small);
});

test("a walk that does not end at clean data, and a network without a second half, are refused", async () => {
  const reverse = reverseStep(data.denoise);
  await expect(termsOf({ levels: path.slice(0, -1), reverse, x0: many })).rejects.toThrow("ends at clean data");
  const short = learnedReverseStep(async (x) => x, { target: targets.epsilon });
  await expect(short(x, move)).rejects.toThrow("gave 6 numbers for 6, expected 12");
});

import { expect, test } from "vitest";
import { torchCpu } from "../../math/random.ts";
import { betasOf } from "./beta-schedules.ts";
import { addNoise, noised, transition } from "./forward.ts";
import { lin } from "./latent.ts";
import { cleanLevel } from "./level.ts";
import { posterior, posteriorMean } from "./posterior.ts";
import { betaSchedules, cosine, linear } from "./schedules.ts";

const vectors = (...seeds: readonly number[]) => seeds.map((seed) => torchCpu(seed).randn(40));

test.each(Object.entries(betaSchedules))("%s: steps one by one have the moments of one jump", (_, create) => {
  const schedule = create({ steps: 100 });
  let [scale, variance] = [1, 0];
  for (let t = 1; t <= 100; t++) {
    const step = transition(schedule.level(t - 1), schedule.level(t));
    [scale, variance] = [scale * step.scale, step.scale ** 2 * variance + step.variance];
    const jump = transition(cleanLevel, schedule.level(t));
    expect(scale).toBeCloseTo(jump.scale, 12);
    expect(variance).toBeCloseTo(jump.variance, 12);
    expect([jump.scale, jump.variance]).toEqual([schedule.level(t).alpha, schedule.level(t).sigma ** 2]);
  }
});

test("between neighbors the forward step adds the schedule's beta", () => {
  const schedule = linear({ steps: 50 });
  betasOf(schedule).forEach((beta, i) => {
    expect(transition(schedule.level(i), schedule.level(i + 1)).variance).toBeCloseTo(beta, 12);
  });
});

test("two jumps with noises a and b are one jump with their sum", () => {
  const { level } = cosine();
  const [from, to] = [level(300), level(800)];
  const [x0, a, b] = vectors(1, 2, 3) as [Float32Array, Float32Array, Float32Array];
  const twice = addNoise(from, to, noised(from, { x0, eps: a }), b);
  const { scale, variance } = transition(from, to);
  const eps = lin([(scale * from.sigma) / to.sigma, a], [Math.sqrt(variance) / to.sigma, b]);
  const once = noised(to, { x0, eps });
  twice.forEach((v, i) => {
    expect(v).toBeCloseTo(once[i]!, 5);
  });
});

test("the posterior's mean is the DDPM step (Ho et al. 2020, eq. 7), its variance beta (1 - abar_t-1) / (1 - abar_t)", () => {
  const schedule = linear({ steps: 200 });
  const betas = betasOf(schedule);
  const [x0, eps] = vectors(4, 5) as [Float32Array, Float32Array];
  for (const t of [1, 2, 50, 200]) {
    const [from, to, beta] = [schedule.level(t), schedule.level(t - 1), betas[t - 1]!];
    const x = noised(from, { x0, eps });
    const lecture = lin([1 / Math.sqrt(1 - beta), x], [-beta / Math.sqrt(1 - beta) / from.sigma, eps]);
    posteriorMean(from, to, { x, x0 }).forEach((v, i) => {
      expect(v).toBeCloseTo(lecture[i]!, 5);
    });
    const published = (beta * (1 - schedule.alphaBar(t - 1))) / (1 - schedule.alphaBar(t));
    expect(posterior(from, to).variance).toBeCloseTo(published, 12);
  }
});

test("the posterior averaged over x_from leads back to q(x_to | x_0), from pure noise too", () => {
  const { level } = cosine();
  for (const [from, to] of [
    [level(1000), level(900)],
    [level(700), level(10)],
    [level(5), cleanLevel],
  ] as const) {
    const q = posterior(from, to);
    expect(q.x * from.alpha + q.x0).toBeCloseTo(to.alpha, 12);
    expect(q.x ** 2 * from.sigma ** 2 + q.variance).toBeCloseTo(to.sigma ** 2, 12);
  }
});

test("latents of different sizes do not add", () => {
  expect(() => lin([1, new Float32Array(3)], [1, new Float32Array(4)])).toThrow("3 and 4");
});

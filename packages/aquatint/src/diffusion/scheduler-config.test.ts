import { describe, expect, test } from "vitest";
import runs from "../../test/fixtures/schedulers.json" with { type: "json" };
import { torchCpu } from "../math/random.ts";
import { denoiser, type Network } from "./denoiser.ts";
import { clipped } from "./guidance.ts";
import { targets } from "./prediction.ts";
import { type SamplerOptions, samplerNamed } from "./registry.ts";
import { schedulerSettings } from "./scheduler-config.ts";
import { levels } from "./spacing.ts";

const ddpm = (options: object = {}) => schedulerSettings({ _class_name: "DDPMScheduler", ...options });
const ddim = (options: object = {}) => schedulerSettings({ _class_name: "DDIMScheduler", ...options });

// 256 elements a latent, of which the fixture keeps the first; "network": x t / (t + 1) at index t.
test.each(runs)("$label runs as diffusers' does", async ({ scheduler, config, steps, step_args, ...expected }) => {
  const settings = schedulerSettings({ _class_name: scheduler, ...config });
  const { schedule, prediction, clip, samplerOptions } = settings;
  const walk = levels({ ...settings, steps });
  expect(walk.slice(0, expected.timesteps.length).map(({ t }) => schedule.timestep(t))).toEqual(expected.timesteps);

  const network: Network = async (x, { t }) => x.map((v) => (v * schedule.timestep(t)) / t);
  const plain = denoiser(network, targets[prediction]);
  const denoise = clip === undefined ? plain : clipped(plain, clip);
  const [start, noise] = [torchCpu(100).randn(256), torchCpu(7)];
  const options: SamplerOptions = { ...samplerOptions, ...step_args };
  const sampler = samplerNamed(settings.sampler).create(options);

  const trajectory = [start];
  for await (const { x } of sampler({ x: start, levels: walk, denoise, noise: () => noise.randn(256) })) {
    trajectory.push(x);
  }
  const every = steps / (expected.trajectory.length - 1);
  expected.trajectory.forEach((row, k) => {
    row.forEach((b, i) => {
      expect(Math.abs(trajectory[k * every]![i]! - b)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(b)));
    });
  });
});

describe("missing keys take diffusers' defaults", () => {
  test("of DDPMScheduler", () => {
    const settings = ddpm();
    expect(settings).toMatchObject({
      sampler: "ddpm",
      samplerOptions: { variance: "small" },
      prediction: "epsilon",
      clip: 1,
    });
    expect(settings.schedule).toMatchObject({ name: "linear", steps: 1000 });
    expect(levels({ ...settings, steps: 2 }).map(({ t }) => t)).toEqual([501, 1, 0]);
  });

  test("of DDIMScheduler", () => {
    expect(levels({ ...ddim(), steps: 2 }).map(({ t }) => t)).toEqual([501, 1, 0]);
    expect(levels({ ...ddim({ set_alpha_to_one: false }), steps: 2 }).map(({ t }) => t)).toEqual([501, 1, 1]);
  });
});

test("options are read", () => {
  expect(ddpm({ variance_type: "fixed_large" }).samplerOptions).toEqual({ variance: "large" });
  expect(ddim({ clip_sample: false }).clip).toBeUndefined();
  expect(ddim({ clip_sample_range: 2 }).clip).toBe(2);
  expect(ddim({ prediction_type: "v_prediction" }).prediction).toBe("v_prediction");
  const trained = ddim({ num_train_timesteps: 2, trained_betas: [0.5, 0.5] });
  expect(trained.schedule.alphaBar(2)).toBe(0.25);
});

test("the lecture's cosine is read, exact or with its betas clipped", () => {
  expect(ddim({ beta_schedule: "cosine" }).schedule.alphaBar(1000)).toBe(0);
  expect(ddim({ beta_schedule: "cosine", max_beta: 0.999 }).schedule.alphaBar(1000)).toBeGreaterThan(0);
  expect(() => ddim({ max_beta: 0.999 })).toThrow('"max_beta" belongs to the beta_schedule "cosine"');
});

test("keys that begin with _ and keys that change nothing pass", () => {
  expect(() => ddim({ _diffusers_version: "0.36.0", skip_prk_steps: true, sample_max_value: 1 })).not.toThrow();
});

test.each([
  [{ beta_strat: 1 }, 'unknown option "beta_strat"'],
  [{ thresholding: true }, '"thresholding": expected false (this is not supported yet), got true'],
  [{ rescale_betas_zero_snr: true }, '"rescale_betas_zero_snr": expected false'],
  [{ beta_schedule: "sigmoid" }, '"beta_schedule"'],
  [{ variance_type: "learned" }, '"variance_type": expected fixed_small'],
  [{ beta_start: "0.1" }, '"beta_start"'],
  [{ num_train_timesteps: 1.5 }, '"num_train_timesteps"'],
  [{ trained_betas: [0.1, 0.2] }, 'expected 1000 "trained_betas", got 2'],
])("%j is refused by name", (options, message) => {
  expect(() => ddpm(options)).toThrow(message);
});

test.each([[{}], [{ _class_name: "PNDMScheduler" }], [{ _class_name: "toString" }]])(
  "%j is of no class read here",
  (json) => {
    expect(() => schedulerSettings(json)).toThrow("cannot read a scheduler of class");
  },
);

test("what is no object is refused", () => {
  expect(() => schedulerSettings("DDIM")).toThrow("is a JSON object");
});

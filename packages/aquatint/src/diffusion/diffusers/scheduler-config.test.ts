import { describe, expect, test } from "vitest";
import runs from "../../../test/fixtures/schedulers.json" with { type: "json" };
import { torchCpu } from "../../math/random.ts";
import type { Latent } from "../process/latent.ts";
import { targets } from "../process/prediction.ts";
import { levels } from "../spacing/spacing.ts";
import { schedulerClasses } from "./classes.ts";
import { publishedScheduler, schedulerFromConfig, schedulerSettings } from "./scheduler-config.ts";

const ddpm = (options: object = {}) => schedulerSettings({ _class_name: "DDPMScheduler", ...options });
const ddim = (options: object = {}) => schedulerSettings({ _class_name: "DDIMScheduler", ...options });

/** The reference data's bound: |a - b| <= 1e-4 max(1, |b|). */
function expectClose(actual: ArrayLike<number>, expected: readonly number[]) {
  expected.forEach((b, i) => {
    expect(Math.abs(actual[i]! - b)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(b)));
  });
}

// 256 elements a latent, of which the fixture keeps the first; "network": factor x t / (t + 1) at index t.
test.each(runs)(
  "$label runs as diffusers' does",
  async ({ scheduler, config, steps, step_args, factor, ...expected }) => {
    const { timesteps, sigmas, initialNoiseScale, run } = schedulerFromConfig({ _class_name: scheduler, ...config });
    expectClose(timesteps(steps), expected.timesteps);
    expectClose(sigmas(steps), expected.sigmas);
    const stream = torchCpu(7);
    const scale = initialNoiseScale(steps);
    const x = torchCpu(100)
      .randn(256)
      .map((v) => v * scale);
    const network = async (input: Float32Array, t: number) => input.map((v) => (factor * v * t) / (t + 1));
    const trajectory: Latent[] = [x];
    for await (const step of run({
      steps,
      x,
      rows: 1,
      network,
      noise: () => stream.randn(256),
      samplerOptions: step_args,
    })) {
      trajectory.push(step.x);
    }
    const every = (trajectory.length - 1) / (expected.trajectory.length - 1);
    expected.trajectory.forEach((row, k) => {
      expectClose(trajectory[k * every]!, row);
    });
  },
);

describe("missing keys take diffusers' defaults", () => {
  test("of DDPMScheduler", () => {
    const settings = ddpm();
    expect(settings).toMatchObject({
      sampler: { name: "ddpm" },
      samplerOptions: { variance: "small" },
      target: targets.epsilon,
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
  expect(ddim({ prediction_type: "v_prediction" }).target).toBe(targets.v_prediction);
  const trained = ddim({ num_train_timesteps: 2, trained_betas: [0.5, 0.5] });
  expect(trained.schedule.alphaBar(2)).toBeCloseTo(0.25, 12);
});

test("the cosine without offset is read, exact or with its betas clipped", () => {
  expect(ddim({ beta_schedule: "cosine" }).schedule.alphaBar(1000)).toBe(0);
  expect(ddim({ beta_schedule: "cosine", max_beta: 0.999 }).schedule.alphaBar(1000)).toBeGreaterThan(0);
  expect(() => ddim({ max_beta: 0.999 })).toThrow('"max_beta" belongs to the beta_schedule "cosine"');
});

test("keys that begin with _ and keys that change nothing pass", () => {
  expect(() => ddim({ _diffusers_version: "0.36.0", skip_prk_steps: true, sample_max_value: 1 })).not.toThrow();
});

test.each([
  [{ beta_strat: 1 }, 'unknown option "beta_strat"'],
  [{ beta_schedule: "exp" }, '"beta_schedule"'],
  [{ variance_type: "fixed_large_log" }, '"variance_type": expected "fixed_small"'],
  [{ beta_start: "0.1" }, '"beta_start"'],
  [{ num_train_timesteps: 1.5 }, '"num_train_timesteps"'],
  [{ trained_betas: [0.1, 0.2] }, 'expected 1000 "trained_betas", got 2'],
])("%j is refused by name", (options, message) => {
  expect(() => ddpm(options)).toThrow(message);
});

test.each([[{}], [{ _class_name: "KarrasVeScheduler" }], [{ _class_name: "toString" }]])(
  "%j is of no class read here",
  (json) => {
    expect(() => schedulerSettings(json)).toThrow("cannot read a scheduler of class");
  },
);

test.each([
  ["PNDMScheduler", { rescale_betas_zero_snr: true }, '"rescale_betas_zero_snr": expected false'],
  ["EulerDiscreteScheduler", { use_karras_sigmas: true, use_beta_sigmas: true }, "only one of the use_..._sigmas"],
  ["DPMSolverMultistepScheduler", { algorithm_type: "dpmsolver" }, "cannot end at a sigma of zero"],
  ["DPMSolverMultistepScheduler", { prediction_type: "flow_prediction" }, '"flow_prediction" wants "use_flow_sigmas"'],
  [
    "DPMSolverMultistepScheduler",
    { algorithm_type: "sde-dpmsolver", solver_order: 3, final_sigmas_type: "sigma_min" },
    "has no step of order 3",
  ],
])("%s with %j is refused with a reason", (name, options, message) => {
  expect(() => schedulerSettings({ _class_name: name, ...options })).toThrow(message);
});

describe.each(Object.keys(schedulerClasses))("%s", (name) => {
  const { timesteps, sigmas, initialNoiseScale, run } = schedulerFromConfig({ _class_name: name });

  test.each([1, 2, 7, 50])("lists over %i steps what its run asks of the network", async (steps) => {
    const stream = torchCpu(steps);
    const times: number[] = [];
    const network = async (input: Float32Array, t: number) => {
      times.push(t);
      return input.map((v) => v / 2);
    };
    const x = stream.randn(16).map((v) => v * initialNoiseScale(steps));
    let last: Latent = x;
    for await (const step of run({ steps, x, rows: 1, network, noise: () => stream.randn(16) })) last = step.x;
    expect(last.every(Number.isFinite)).toBe(true);
    expect(times).toHaveLength(timesteps(steps).length);
    timesteps(steps).forEach((t, i) => {
      expect(times[i]).toBeCloseTo(t, 6);
    });
    expect(sigmas(steps).every((s, i, all) => s >= 0 && (i === 0 || s <= all[i - 1]!))).toBe(true);
  });
});

test("what is no object is refused", () => {
  expect(() => schedulerSettings("DDIM")).toThrow("is a JSON object");
});

test("a clipped cosine without offset is published as its betas, which give the same schedule", () => {
  const config = {
    _class_name: "DDIMScheduler",
    beta_schedule: "cosine",
    max_beta: 0.999,
    timestep_spacing: "trailing",
  };
  const { trained_betas, ...rest } = publishedScheduler(config);
  expect(rest).toEqual({ _class_name: "DDIMScheduler", timestep_spacing: "trailing" });
  const [expected, actual] = [config, { ...rest, trained_betas }].map((json) => schedulerSettings(json).schedule);
  for (const t of [1, 10, 500, 990, 999]) expect(actual!.alphaBar(t) / expected!.alphaBar(t)).toBeCloseTo(1, 4);
});

test("what diffusers knows is published as it stands", () => {
  for (const json of [
    { _class_name: "DDIMScheduler", beta_schedule: "squaredcos_cap_v2" },
    { beta_schedule: "cosine" },
  ])
    expect(publishedScheduler(json)).toBe(json);
});

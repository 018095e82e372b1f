import { expect, test } from "vitest";
import { varianceExploding } from "../process/coordinates.ts";
import type { Denoiser } from "../process/denoiser.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import type { Estimate } from "../process/prediction.ts";
import { linear } from "../process/schedules.ts";
import { samplerNamed, samplers } from "../registry.ts";
import { levelFinder } from "../scheduler.ts";
import type { Sampler } from "./loop.ts";

/** 8 sigmas of Karras et al. from 10 to 0.1, then 0. */
const levels: readonly Level[] = [
  ...Array.from({ length: 8 }, (_, i) => (10 ** (1 / 7) + (i / 7) * (0.1 ** (1 / 7) - 10 ** (1 / 7))) ** 7),
  0,
].map((sigma) => ({ t: 0, alpha: 1, sigma }));

/** Without the step to clean data, which k-diffusion does not take. */
const withNoise = levels.slice(0, -1);
const samplerOf = (name: string): Sampler => samplerNamed(name).create();
const dpmAdaptive = samplers["dpm-adaptive"];

const estimateOf = (x: Latent, { sigma }: Level, x0: Latent): Estimate => ({
  x0,
  eps: sigma > 0 ? lin([1 / sigma, x], [-1 / sigma, x0]) : new Float32Array(x.length),
});
const withPrompt = (x: Latent, sigma: number) =>
  x.map((v) => Math.tanh(v / (1 + sigma)) + (0.1 * Math.sin(3 * v)) / (1 + sigma));

const withoutPrompt = (x: Latent, sigma: number) => x.map((v) => Math.tanh(v / (1.5 + sigma)));

const plain: Denoiser = async (x, level) => estimateOf(x, level, withPrompt(x, level.sigma));
/** Guidance at scale 3. */
const guidance: Denoiser = async (x, level) => {
  const without = withoutPrompt(x, level.sigma);
  return {
    ...estimateOf(x, level, lin([3, withPrompt(x, level.sigma)], [-2, without])),
    unconditional: estimateOf(x, level, without),
  };
};

async function last(sampler: Sampler, denoise: Denoiser, path: readonly Level[]): Promise<Latent> {
  const levelAt = levelFinder({ schedule: linear(), coordinates: varianceExploding });
  const x = Float32Array.of(7, -3, 1, 12);
  let draws = 0;
  const noise = () => {
    draws++;
    return Float32Array.from({ length: 4 }, (_, i) => Math.cos(draws + i));
  };
  const steps = sampler({ x, rows: 1, levels: path, levelAt, denoise, noise });
  let end: Latent = x;
  for await (const step of steps) end = step.x;
  return end;
}

/** The results of the functions that ComfyUI and k-diffusion call by these names, in float64 on the same denoiser. */
test.each([
  ["heunpp2", samplers.heunpp2.create(), plain, [0.6019956269, -0.4182655232, 0.187011355, 0.681106123], levels],
  [
    "gradient_estimation",
    samplers["gradient-estimation"].create(),
    plain,
    [0.6132274364, -0.4533530427, 0.2119040707, 0.6811691041],
    levels,
  ],
  [
    "res_multistep",
    samplerNamed("res_multistep").create(),
    plain,
    [0.6110595823, -0.4477738666, 0.2064405471, 0.676115903],
    levels,
  ],
  [
    "dpmpp_2m_cfg_pp",
    samplers["dpmpp-2m-cfgpp"].create(),
    guidance,
    [0.9501462113, -0.9343778057, 0.920052950183, 0.954838556],
    levels,
  ],
  [
    "euler_ancestral_cfg_pp",
    samplerNamed("euler_ancestral_cfg_pp").create(),
    guidance,
    [-1.1079795717, -1.1247930328, 1.103282261, 1.0957260548],
    levels,
  ],
  ["seeds_2", samplers["seeds-2"].create(), plain, [0.0428753541, -0.1691725538, -0.0682266198, 0.2380140993], levels],
  ["er_sde", samplers["er-sde"].create(), plain, [0.4267157363, -0.5755600265, -0.2696680325, 0.6554910839], levels],
  ["seeds_3", samplers["seeds-3"].create(), plain, [0.140713257, -0.2048685452, -0.1169092909, 0.1683702858], levels],
  [
    "exp_heun_2_x0",
    samplerOf("exp_heun_2_x0"),
    plain,
    [0.6107827717, -0.4446094835, 0.2065918808, 0.6806482478],
    levels,
  ],
  [
    "exp_heun_2_x0_sde",
    samplerOf("exp_heun_2_x0_sde"),
    plain,
    [-0.0767002591, 0.2610999698, 0.4234655283, 0.2756212462],
    levels,
  ],
  [
    "res_multistep_ancestral",
    samplerOf("res_multistep_ancestral"),
    plain,
    [-0.1830125986, 0.5327269074, 0.5858334515, 0.2302720007],
    levels,
  ],
  [
    "res_multistep_cfg_pp",
    samplerOf("res_multistep_cfg_pp"),
    guidance,
    [1.1237620749, -1.1177991277, 0.9528237601, 1.1125275583],
    levels,
  ],
  [
    "res_multistep_ancestral_cfg_pp",
    samplerOf("res_multistep_ancestral_cfg_pp"),
    guidance,
    [-0.0401602419, 0.7574639441, 0.8698267761, 0.1641763008],
    levels,
  ],
  [
    "gradient_estimation_cfg_pp",
    samplerOf("gradient_estimation_cfg_pp"),
    guidance,
    [1.0669981248, -1.072018103, 1.1012604513, 1.0396780317],
    levels,
  ],
  [
    "dpmpp_2s_ancestral_cfg_pp",
    samplerOf("dpmpp_2s_ancestral_cfg_pp"),
    guidance,
    [-1.0870073492, -1.0520932851, 1.0915883116, 1.0899295858],
    levels,
  ],
  ["sa_solver", samplerOf("sa_solver"), plain, [-0.63433194, -0.5360279689, 0.536949449, 0.6793050382], levels],
  [
    "sa_solver_pece",
    samplerOf("sa_solver_pece"),
    plain,
    [-0.6389854221, -0.5755017225, 0.5011523688, 0.6802761144],
    levels,
  ],
  ["ipndm_v", samplerOf("ipndm_v"), plain, [0.6101857033, -0.442905879, 0.2024884931, 0.6821186269], levels],
  ["dpm-adaptive", dpmAdaptive.create(), plain, [0.6454031789, -0.4294980381, 0.1899228058, 0.8133179166], withNoise],
  [
    "dpm-adaptive, order 2",
    dpmAdaptive.create({ order: 2 }),
    plain,
    [0.6165402262, -0.4455976875, 0.1923836776, 0.8047333054],
    withNoise,
  ],
  [
    "dpm-adaptive, rtol 0.01",
    dpmAdaptive.create({ rtol: 0.01 }),
    plain,
    [0.6444351005, -0.4234906928, 0.1860274313, 0.7977595298],
    withNoise,
  ],
] as const)("%s gives its program's numbers", async (_, sampler, denoise, expected, path) => {
  const x = await last(sampler, denoise, path);
  for (const [i, value] of expected.entries()) expect(x[i]! - value).toBeCloseTo(0, 5);
});

test("dpm-adaptive comes nearer to the solution the less error it may make, in more evaluations", async () => {
  const runOf = async (rtol: number) => {
    let evaluations = 0;
    const denoise: Denoiser = (x, level, step) => {
      evaluations++;
      return plain(x, level, step);
    };
    return {
      x: await last(dpmAdaptive.create({ rtol, atol: rtol / 10 }), denoise, withNoise),
      evaluations: () => evaluations,
    };
  };
  const [exact, fine, coarse] = [await runOf(1e-5), await runOf(1e-3), await runOf(1e-1)];
  const distance = (x: Latent) => Math.max(...x.map((v, i) => Math.abs(v - exact.x[i]!)));
  expect(distance(fine.x)).toBeLessThan(distance(coarse.x) / 10);
  expect(fine.evaluations()).toBeGreaterThan(coarse.evaluations());
});

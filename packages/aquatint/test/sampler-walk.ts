import { schedulerSettings } from "../src/diffusion/diffusers/scheduler-config.ts";
import { noiseRatio } from "../src/diffusion/process/coordinates.ts";
import type { Level } from "../src/diffusion/process/level.ts";
import { samplers, scheduleWords } from "../src/diffusion/registry.ts";
import type { SamplerEntry } from "../src/diffusion/samplers/define-sampler.ts";
import { isStill } from "../src/diffusion/samplers/loop.ts";
import { type Scheduler, type SchedulerSettings, scheduler } from "../src/diffusion/scheduler.ts";
import { withSampler } from "../src/diffusion/with-sampler.ts";
import { torchCpu } from "../src/math/random.ts";

const latent = { beta_schedule: "scaled_linear", beta_start: 0.00085, beta_end: 0.012, clip_sample: false } as const;
const shifted = { set_alpha_to_one: false, steps_offset: 1 } as const;
const v = { prediction_type: "v_prediction" } as const;
const zeroSnr = { ...v, rescale_betas_zero_snr: true, timestep_spacing: "trailing" } as const;

/** Scheduler configurations as families publish them. */
export const publishedConfigs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "SD 1.x": { _class_name: "PNDMScheduler", ...latent, ...shifted, skip_prk_steps: true },
  "SD 1.x with Runge-Kutta": { _class_name: "PNDMScheduler", ...latent, ...shifted },
  "SD 1.x, DDIM": { _class_name: "DDIMScheduler", ...latent, ...shifted },
  "SD 2.x, v": { _class_name: "DDIMScheduler", ...latent, ...shifted, ...v },
  "SD 2.x, v, PNDM": { _class_name: "PNDMScheduler", ...latent, ...shifted, ...v, skip_prk_steps: true },
  "v, zero terminal SNR, DDIM": { _class_name: "DDIMScheduler", ...latent, ...shifted, ...zeroSnr },
  "v, zero terminal SNR, Euler": { _class_name: "EulerDiscreteScheduler", ...latent, ...zeroSnr },
  SDXL: { _class_name: "EulerDiscreteScheduler", ...latent, timestep_spacing: "leading", steps_offset: 1 },
  "SDXL, Karras": { _class_name: "DPMSolverMultistepScheduler", ...latent, use_karras_sigmas: true },
  "SDXL, SDE": { _class_name: "DPMSolverMultistepScheduler", ...latent, algorithm_type: "sde-dpmsolver++" },
  "multistep to sigma_min": {
    _class_name: "DPMSolverMultistepScheduler",
    ...latent,
    use_karras_sigmas: true,
    solver_order: 3,
    final_sigmas_type: "sigma_min",
  },
  "SDE to sigma_min": {
    _class_name: "DPMSolverMultistepScheduler",
    ...latent,
    use_karras_sigmas: true,
    algorithm_type: "sde-dpmsolver",
    final_sigmas_type: "sigma_min",
  },
  turbo: { _class_name: "EulerAncestralDiscreteScheduler", ...latent, timestep_spacing: "trailing" },
  LCM: { _class_name: "LCMScheduler", ...latent, set_alpha_to_one: true },
  TCD: { _class_name: "TCDScheduler", ...latent },
  UniPC: { _class_name: "UniPCMultistepScheduler", ...latent },
  DEIS: { _class_name: "DEISMultistepScheduler", ...latent },
  DDPM: { _class_name: "DDPMScheduler" },
  "flow, shift 3": { _class_name: "FlowMatchEulerDiscreteScheduler", shift: 3 },
  EDM: { _class_name: "EDMDPMSolverMultistepScheduler" },
};

/** One walk: a published configuration under a sampler. */
export interface WalkCase {
  readonly config: string;
  /** A sampler and a schedule after it; the configuration's own where it is empty. */
  readonly sampler: string;
  readonly steps: number;
  readonly begin: number;
}

/** Every sampler by its name and by the aliases that fix options. */
const names = Object.entries<SamplerEntry>(samplers).flatMap(([name, { aliases }]) => [
  name,
  ...Object.keys(aliases).filter((alias) => aliases[alias]!.options),
]);
const choices = ["", ...names, ...names.flatMap((name) => Object.keys(scheduleWords).map((word) => `${name} ${word}`))];
const counts = [1, 2, 3, 5, 20, 50];

/** Starts inside a walk of n steps, as image-to-image makes them: at its start, its middle, its last step. */
const begins = (n: number): readonly number[] => [...new Set([0, Math.floor(n / 2), n - 1])];

/** All cases, in a fixed order. */
export const walkCases: readonly WalkCase[] = Object.keys(publishedConfigs).flatMap((config) =>
  choices.flatMap((sampler) =>
    counts.flatMap((steps) => begins(steps).map((begin) => ({ config, sampler, steps, begin }))),
  ),
);

const published = new Map(
  Object.entries(publishedConfigs).map(([name, config]) => [name, schedulerSettings(config)] as const),
);
const settingsOf = ({ config, sampler }: WalkCase): SchedulerSettings =>
  sampler === "" ? published.get(config)! : withSampler(published.get(config)!, sampler);

/**
 * What is wrong with a walk, in words; undefined where every value is finite and every level is cleaner than the one before.
 * The configuration's own last step may go nowhere, as diffusers' does.
 */
export async function walkFault(walkCase: WalkCase): Promise<string | undefined> {
  const settings = settingsOf(walkCase);
  const { levels } = settings.path(walkCase.steps);
  const isOther = settings !== published.get(walkCase.config);
  const steps = levels.slice(1).map((to, i) => ({ from: levels[i]!, to }));
  const odd = steps.find(({ from, to }) => (isOther || !isStill({ from, to })) && !(noiseRatio(to) < noiseRatio(from)));
  if (odd) return `a step goes from sigma ${noiseRatio(odd.from)} to ${noiseRatio(odd.to)}`;
  return finiteFault(scheduler(settings), walkCase, levels[walkCase.begin]!);
}

const normals = torchCpu(3).randn(4004);

async function finiteFault({ run }: Scheduler, { steps, begin }: WalkCase, { alpha, sigma }: Level) {
  let drawn = 0;
  const noise = () => normals.subarray((4 * ++drawn) % 4000).slice(0, 4);
  const x = normals.slice(0, 4).map((value, i) => (begin ? alpha * Math.sin(i) : 0) + sigma * value);
  const network = async (scaled: Float32Array, t: number) => scaled.map((value) => (value * t) / (t + 1));
  for await (const step of run({ steps, begin, x, rows: 1, network, noise })) {
    if (!step.x.every(Number.isFinite)) return `x is ${step.x.join(", ")} after step ${step.i + 1} of ${step.n}`;
  }
  return undefined;
}

import type { Command } from "commander";
import type { GuidanceRange } from "../../diffusion/guidance.ts";
import { type StepCacheChoice, stepCaches } from "../../diffusion/step-cache/registry.ts";
import { type GeneratorName, generatorNamed, generators } from "../../math/generators.ts";
import { type NoiseKind, noiseDefaults, noiseKindNamed, noiseKinds } from "../../pipelines/text-to-image/noise.ts";
import { decimal, interval, sampler, stepCache, whole } from "./names.ts";

/** The options that say how an image is sampled. */
export interface SamplingFlags {
  readonly steps?: number;
  readonly guidance?: number;
  readonly guidanceRescale: number;
  readonly guidanceRange?: GuidanceRange;
  readonly stepCache?: StepCacheChoice;
  readonly rng: GeneratorName;
  readonly noise: NoiseKind;
  readonly sampler?: string;
}

/** Adds them to a command. */
export const addSampling = (command: Command): Command =>
  addGuidance(
    command.option(
      "--steps <n>",
      "steps of the sampler (default: the model's own, or 50)",
      whole("--steps", { min: 1, example: 30 }),
    ),
  )
    .option(
      "--step-cache <name>",
      `estimate some steps from others: ${Object.keys(stepCaches).join(", ")}; with options after it: easy,threshold=0.05`,
      stepCache,
    )
    .option(
      "--sampler <name>",
      'a name that `aquatint samplers` lists, with an optional schedule after it: "DPM++ 2M Karras" (default: the model\'s own)',
      sampler,
    )
    .option(
      "--rng <name>",
      `random number generator: ${Object.keys(generators).join(", ")}`,
      generatorNamed,
      noiseDefaults.rng,
    )
    .option(
      "--noise <kind>",
      `noise of stochastic samplers: ${noiseKinds.join(", ")} (one path for every number of steps)`,
      noiseKindNamed,
      noiseDefaults.noise,
    );

const addGuidance = (command: Command): Command =>
  command
    .option(
      "--guidance <g>",
      "scale of classifier-free guidance (CFG); 1 turns it off (default: the model's own, or that of its kind: 7.5 for Stable Diffusion, 5 for XL, 8.5 for LCM, 2 for models trained with aquatint)",
      decimal("--guidance", { min: 0, example: 4 }),
    )
    .option(
      "--guidance-rescale <share>",
      "how much of the original contrast to restore after guidance, 0 to 1",
      decimal("--guidance-rescale", { min: 0, max: 1, example: 0.7 }),
      0,
    )
    .option(
      "--guidance-range <low..high>",
      "noise levels sigma / alpha at which guidance acts; elsewhere a step takes half the time (default: all)",
      interval("--guidance-range"),
    );

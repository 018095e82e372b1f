import type { Latent } from "../../diffusion/process/latent.ts";
import type { NoiseSource, SamplerStep } from "../../diffusion/samplers/loop.ts";
import { type Projection, type SchedulerSettings, scheduler } from "../../diffusion/scheduler.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { type CfgOptions, cfgNetwork } from "./classifier-free-guidance.ts";

/** Options of `denoise`: a batch of images, its sampler and what the network is given. */
export interface DenoiseOptions extends CfgOptions {
  readonly scheduler: SchedulerSettings;
  /** Steps of the sampler. */
  readonly steps: number;
  /** The initial latents [rows, c, h, w], at the level of step `begin`. */
  readonly x: Latent;
  /** What x is held to while it is sampled. */
  readonly project?: Projection | undefined;
  /** Standard normals of x's size. */
  readonly noise: NoiseSource;
}

/** One evaluation of the network for a whole batch. */
export interface DenoiseStep extends SamplerStep {
  /** x as the network saw it, scaled: [rows, c, h, w]. */
  readonly input: Latent;
  /** The number by which the network knows the level. */
  readonly timestep: number;
}

/** Runs one sampler for all images of a batch; yields every evaluation and returns the last x. */
export async function* denoise(
  network: TextToImageNetwork,
  options: DenoiseOptions,
): AsyncGenerator<DenoiseStep, Latent, void> {
  const { steps, begin, rows, project, noise, signal } = options;
  const predict = cfgNetwork(network, options);
  let { x } = options;
  let call = { input: x, timestep: 0 };
  const loop = scheduler(options.scheduler).run({
    ...{ steps, begin, x, rows, project, noise, signal },
    network(input, timestep, step) {
      call = { input, timestep };
      return predict(input, timestep, step);
    },
  });
  for await (const step of loop) {
    x = step.x;
    yield { ...step, ...call };
  }
  return x;
}

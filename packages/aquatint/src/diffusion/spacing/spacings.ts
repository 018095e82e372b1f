import { betaQuantile } from "../../math/beta.ts";
import { linspace, roundHalfEven } from "../../math/numbers.ts";
import { itemAt } from "../../util/items.ts";
import type { Schedule } from "../process/level.ts";
import { alignYourSteps } from "./align-your-steps.ts";
import { beta, exponential, karras, klOptimal, lambdas, linearQuadratic, polyexponential } from "./ramps.ts";
import {
  dropLast,
  fractional,
  leading,
  linspaced,
  ramped,
  type Spacing,
  type SpacingOptions,
  trailing,
  visit,
} from "./spacing.ts";

/** ComfyUI's "simple": every T / n-th time down from T, cut to whole times. */
export const simple = (): Spacing => (schedule, n) =>
  visit(schedule, n, (i) => schedule.steps - Math.floor((i * schedule.steps) / n));

/**
 * Evenly from T down to 1 in fractional times, between which ln(sigma) is linear; a single step visits T (k-diffusion, the
 * web UI's "Normal" and "Uniform", ComfyUI's "normal").
 */
export const uniform = (): Spacing => (schedule, n) =>
  Array.from(linspace(schedule.steps - 1, 0, n), (index) => schedule.level(1 + index));

/** Stability's "SGM uniform": evenly from T toward 1, which is not visited. */
export const sgmUniform = (): Spacing => dropLast(uniform());

/** The web UI's "DDIM" and ComfyUI's "ddim_uniform": as `leading`, one time later; they make more steps where n does not divide T. */
export const ddimUniform = (): Spacing => leading({ offset: 1 });

/** Forge's "Turbo": every T / n-th time down from T, rounded as an index. */
export const turbo = (): Spacing => (schedule, n) =>
  visit(schedule, n, (i) => 1 + roundHalfEven(((n - i) * schedule.steps) / n - 1));

/** ComfyUI's "beta": times at quantiles of a Beta distribution (Lee et al. 2024), rounded; a time is visited once. */
export const betaTimes =
  ({ a = 0.6, b = 0.6 } = {}): Spacing =>
  (schedule, n) => {
    const times = Array.from(
      { length: n },
      (_, i) => 1 + roundHalfEven(Math.fround(betaQuantile(1 - i / n, a, b) * (schedule.steps - 1))),
    );
    for (let i = 1; i < n; i++) times[i] = Math.min(itemAt(times, i), itemAt(times, i - 1) - 1);
    for (let i = n - 1, least = 1; i >= 0 && itemAt(times, i) < least; i--, least++) times[i] = least;
    return times.map((t) => schedule.level(t));
  };

/** The web UI's "KL Optimal": the ramp of one more step, whose last sigma is where the walk ends. */
export const klOptimalToLast = (): Spacing =>
  Object.assign(dropLast(ramped(klOptimal())), { end: (schedule: Schedule) => schedule.level(1) });

/** Every spacing that a configuration or a sampler can name. */
export const spacings = {
  trailing,
  leading,
  linspace: linspaced,
  fractional,
  karras: () => ramped(karras()),
  exponential: () => ramped(exponential()),
  polyexponential: () => ramped(polyexponential()),
  beta: () => ramped(beta()),
  lambdas: () => ramped(lambdas()),
  linear_quadratic: () => ramped(linearQuadratic()),
  kl_optimal: () => ramped(klOptimal()),
  kl_optimal_webui: klOptimalToLast,
  beta_comfyui: () => betaTimes(),
  uniform,
  ddim_uniform: ddimUniform,
  simple,
  sgm_uniform: sgmUniform,
  turbo,
  ays: () => ramped(alignYourSteps("sd15")),
  ays_sdxl: () => ramped(alignYourSteps("sdxl")),
  ays_webui: () => ramped(alignYourSteps("sd15", { closed: true })),
  ays_sdxl_webui: () => ramped(alignYourSteps("sdxl", { closed: true })),
} satisfies Readonly<Record<string, (options: SpacingOptions) => Spacing>>;

/** The name of a spacing in the registry. */
export type SpacingName = keyof typeof spacings;

import { variancePreserving } from "../process/coordinates.ts";
import type { Denoiser, EvaluationPoint } from "../process/denoiser.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import type { Estimate } from "../process/prediction.ts";
import type { CachedEvaluation, Forecast } from "./define-step-cache.ts";

/** A step cache at work. */
export interface CacheRun {
  readonly forecast: Forecast;
  /** The conditions of the network at a point: where they change, earlier evaluations are forgotten. */
  readonly conditions?: ((point: EvaluationPoint) => readonly unknown[]) | undefined;
}

/** A denoiser that is asked only where its estimate cannot be forecast from earlier ones. */
export function cachedDenoiser(denoise: Denoiser, { forecast, conditions = () => [] }: CacheRun): Denoiser {
  let evaluations: readonly (CachedEvaluation & { readonly estimate: Estimate })[] = [];
  let current: readonly unknown[] = [];
  return async (x, level, step) => {
    const now = conditions({ ...step, level });
    if (now.some((value, i) => value !== current[i])) evaluations = [];
    current = now;
    const point = { ...step, x: lin([1 / variancePreserving.scale(level), x]), angle: angleOf(level) };
    const weights = forecast(point, evaluations);
    const estimates = evaluations.map(({ estimate }) => estimate);
    if (weights) return combined(weights, estimates, { x, level });
    const estimate = await denoise(x, level, step);
    evaluations = [{ ...point, x0: estimate.x0, estimate }, ...evaluations];
    return estimate;
  };
}

const angleOf = ({ alpha, sigma }: Level): number => Math.atan2(sigma, alpha) / (Math.PI / 2);

interface Position {
  readonly x: Latent;
  readonly level: Level;
}

/** The sum of estimates of the data, each with its weight, as an estimate for x; of what else they say likewise. */
function combined(weights: readonly number[], estimates: readonly Estimate[], { x, level }: Position): Estimate {
  const sum = (part: (estimate: Estimate) => Latent | undefined): Latent | undefined => {
    const terms = weights.flatMap((weight, i) => {
      const values = weight === 0 ? undefined : estimates[i] && part(estimates[i]);
      return values ? [[weight, values] as const] : [];
    });
    return terms.length > 0 ? lin(...terms) : undefined;
  };
  const withNoise = (x0: Latent): Estimate => ({
    x0,
    eps: lin([1 / level.sigma, x], [-level.alpha / level.sigma, x0]),
  });
  const unconditional = sum((estimate) => estimate.unconditional?.x0);
  const variance = sum((estimate) => estimate.variance);
  return {
    ...withNoise(sum(({ x0 }) => x0) ?? new Float32Array(x.length)),
    ...(unconditional && { unconditional: withNoise(unconditional) }),
    ...(variance && { variance }),
  };
}

import type { StraightCoordinates } from "../../process/coordinates.ts";
import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import type { Estimate } from "../../process/prediction.ts";
import { evaluate, firstOrderStep, type Interval, type SamplerInput, type SamplerStep } from "../loop.ts";

/** Start of a step of Heun's method, once its noise is churned. */
export interface HeunStart {
  readonly from: Level;
  readonly x: Latent;
}

/**
 * One step of Heun's method (Karras et al. 2022, algorithm 1) in coordinates where it draws straight lines; of one
 * evaluation where it starts or ends beyond them.
 */
export async function* heunStep(
  input: SamplerInput,
  interval: Interval,
  { from, x: start }: HeunStart,
  coordinates: StraightCoordinates,
): AsyncGenerator<SamplerStep, Latent, void> {
  const { i, n, to } = interval;
  const first = await evaluate(input, start, from, interval);
  const x = firstOrderStep(interval, first);
  const single = to.sigma === 0 || coordinates.scale(from) === 0;
  yield { i, n, level: from, next: to, x, x0: first.x0, final: single };
  if (single) return x;
  const second = await evaluate(input, x, to, interval);
  const corrected = weighSlopes(coordinates, { from, to }, start, [
    [1 / 2, first],
    [1 / 2, second],
  ]);
  yield { i, n, level: to, next: to, x: corrected, x0: second.x0, final: true };
  return corrected;
}

/** x carried from one level to another along weighed slopes, a straight line in the coordinates. */
export function weighSlopes(
  { scale, slope }: StraightCoordinates,
  { from, to }: Pick<Interval, "from" | "to">,
  x: Latent,
  slopes: readonly (readonly [weight: number, estimate: Estimate])[],
): Latent {
  const [s, s2] = [scale(from), scale(to)];
  const change = to.sigma - (s2 / s) * from.sigma;
  return lin([s2 / s, x], ...slopes.map(([weight, estimate]) => [change * weight, slope(estimate)] as const));
}

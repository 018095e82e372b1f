import { type StraightCoordinates, varianceExploding } from "../process/coordinates.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Estimate } from "../process/prediction.ts";
import { type ChurnOptions, churned } from "./churn.ts";
import {
  evaluate,
  firstOrderStep,
  type Interval,
  intervals,
  type Sampler,
  type SamplerInput,
  type SamplerStep,
} from "./loop.ts";

/** What Heun's method is made of. */
export interface HeunOptions extends ChurnOptions {
  /** Where it draws straight lines. */
  readonly coordinates?: StraightCoordinates | undefined;
}

/** Heun's method (Karras et al. 2022, algorithms 1 and 2). */
export const heun = (options: HeunOptions = {}): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of intervals(input)) x = yield* heunStep(input, move, x, options);
    return x;
  };

/** One step of Heun's method; of one evaluation where it starts or ends beyond the coordinates. */
export async function* heunStep(
  input: SamplerInput,
  move: Interval,
  given: Latent,
  { coordinates = varianceExploding, ...churn }: HeunOptions = {},
): AsyncGenerator<SamplerStep, Latent, void> {
  const { i, n, to } = move;
  const { from, x: start } = churned(input, move, given, churn);
  const first = await evaluate(input, start, from, move);
  const x = firstOrderStep(move, first);
  const single = to.sigma === 0 || coordinates.scale(from) === 0;
  yield { i, n, level: from, next: to, x, x0: first.x0, final: single };
  if (single) return x;
  const second = await evaluate(input, x, to, move);
  const corrected = trapezoid(coordinates, { ...move, from }, start, [first, second]);
  yield { i, n, level: to, next: to, x: corrected, x0: second.x0, final: true };
  return corrected;
}

function trapezoid(
  { scale, slope }: StraightCoordinates,
  { from, to }: Interval,
  x: Latent,
  ends: [Estimate, Estimate],
): Latent {
  const [s, s2] = [scale(from), scale(to)];
  const half = (to.sigma - (s2 / s) * from.sigma) / 2;
  return lin([s2 / s, x], [half, slope(ends[0])], [half, slope(ends[1])]);
}

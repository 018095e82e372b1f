import { noiseRatio } from "../coordinates.ts";
import { type Latent, lin } from "../latent.ts";
import type { Level } from "../level.ts";
import { posterior } from "../posterior.ts";
import type { Estimate } from "../prediction.ts";
import { checkedShare } from "./first-order.ts";
import { evaluate, isEdge, moves, remix, type Sampler } from "./sampler.ts";

/** x carried along the estimated noise, in variance-exploding coordinates, to a level of ratio `ratio`. */
export function carried(x: Latent, from: Level, to: Level, eps: Latent, ratio = noiseRatio(to)): Latent {
  return lin([to.alpha / from.alpha, x], [to.alpha * (ratio - noiseRatio(from)), eps]);
}

/** The part of `to`'s noise ratio that an ancestral step keeps, and the deviation of what is fresh. */
export function ancestral(from: Level, to: Level, eta: number): { readonly kept: number; readonly fresh: number } {
  const fresh = eta * Math.sqrt(posterior(from, to).variance);
  return { kept: Math.sqrt(Math.max(to.sigma ** 2 - fresh ** 2, 0)) / to.alpha, fresh };
}

/** The midpoint method in log-sigma (DPM-Solver-2 as in k-diffusion), with a share `eta` of ancestral noise. */
const midpoint = (eta: number): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of moves(input)) {
      const { i, n, from, to } = move;
      const first = await evaluate(input, x, from);
      if (isEdge(move)) {
        x = firstOrder(move, first, eta, input.noise);
        yield { i, n, level: from, next: to, x, x0: first.x0, final: true };
        continue;
      }
      const { kept, fresh } = ancestral(from, to, eta);
      const middle = input.levelAt.ratio(Math.sqrt(noiseRatio(from) * kept));
      const between = carried(x, from, middle, first.eps);
      yield { i, n, level: from, next: middle, x: between, x0: first.x0, final: false };
      const second = await evaluate(input, between, middle);
      x = carried(x, from, to, second.eps, kept);
      if (eta > 0) x = lin([1, x], [fresh, input.noise()]);
      yield { i, n, level: middle, next: to, x, x0: second.x0, final: true };
    }
    return x;
  };

/** The step that is left where there is no middle: to clean data, or from pure noise. */
function firstOrder(
  { from, to }: { readonly from: Level; readonly to: Level },
  believed: Estimate,
  eta: number,
  noise: () => Latent,
): Latent {
  const { kept, fresh } = ancestral(from, to, eta);
  const x = remix({ to: { ...to, sigma: kept * to.alpha } }, believed);
  return fresh > 0 ? lin([1, x], [fresh, noise()]) : x;
}

/** DPM2: DPM-Solver-2 in variance-exploding coordinates (Karras et al. 2022's form in k-diffusion). */
export const dpm2 = (): Sampler => midpoint(0);

/** DPM2 with ancestral noise, of which `eta` 0 .. 1 is fresh. */
export const dpm2Ancestral = ({ eta = 1 }: { readonly eta?: number | undefined } = {}): Sampler =>
  midpoint(checkedShare(eta));

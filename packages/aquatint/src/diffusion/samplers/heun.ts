import { exploding, type StraightCoordinates } from "../coordinates.ts";
import { type Latent, lin } from "../latent.ts";
import type { Estimate } from "../prediction.ts";
import { evaluate, type Move, moves, type Sampler } from "./sampler.ts";

/** Heun's method (Karras et al. 2022, algorithm 1); one evaluation where a step starts or ends beyond the coordinates. */
export const heun = ({ coordinates = exploding }: { readonly coordinates?: StraightCoordinates } = {}): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of moves(input)) {
      const { i, n, from, to } = move;
      const first = await evaluate(input, x, from);
      const start = x;
      x = lin([to.alpha, first.x0], [to.sigma, first.eps]);
      const single = to.sigma === 0 || coordinates.scale(from) === 0;
      yield { i, n, level: from, next: to, x, x0: first.x0, final: single };
      if (single) continue;
      const second = await evaluate(input, x, to);
      x = trapezoid(coordinates, move, start, [first, second]);
      yield { i, n, level: to, next: to, x, x0: second.x0, final: true };
    }
    return x;
  };

function trapezoid(
  { scale, slope }: StraightCoordinates,
  { from, to }: Move,
  x: Latent,
  ends: [Estimate, Estimate],
): Latent {
  const [s, s2] = [scale(from), scale(to)];
  const half = (to.sigma - (s2 / s) * from.sigma) / 2;
  return lin([s2 / s, x], [half, slope(ends[0])], [half, slope(ends[1])]);
}

import { type Latent, lin } from "../latent.ts";
import { evaluate, moves, type Sampler } from "./sampler.ts";

/** DPM-Solver++ (2M) (Lu et al. 2022, algorithm 2): a multistep method on x0, with h the step in half the log-SNR. */
export const dpmpp2m = (): Sampler =>
  async function* (input) {
    let { x } = input;
    let last: { readonly x0: Latent; readonly h: number } | undefined;
    for (const { i, n, from, to } of moves(input.levels)) {
      const { x0 } = await evaluate(input, x, from);
      const r = (from.alpha * to.sigma) / (to.alpha * from.sigma); // e^-h, 0 from pure noise and to clean data
      const h = -Math.log(r);
      const k = last && r > 0 ? h / (2 * last.h) : 0;
      const d = last && k > 0 ? lin([1 + k, x0], [-k, last.x0]) : x0;
      x = lin([to.sigma / from.sigma, x], [to.alpha * (1 - r), d]);
      last = { x0, h };
      yield { i, n, level: from, next: to, x, x0, final: true };
    }
    return x;
  };

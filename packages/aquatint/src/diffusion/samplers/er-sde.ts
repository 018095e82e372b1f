import { noiseRatio } from "../process/coordinates.ts";
import { type Latent, lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, firstOrderStep, isEndpoint } from "./loop.ts";
import { integer } from "./options.ts";

/** The paper's noise scale phi of ER SDE 5, over the noise ratio. */
const phi = (ratio: number): number => ratio * (Math.exp(ratio ** 0.3) + 10);

/** Points of the integrals, as in the authors' program. */
const POINTS = 200;

/** Integrals of 1 / phi and of (u - start) / phi from `end` up to `start`. */
function integrals(start: number, end: number): readonly [s: number, su: number] {
  const width = (start - end) / POINTS;
  let [s, su] = [0, 0];
  for (let k = 0; k < POINTS; k++) {
    const u = end + k * width;
    s += width / phi(u);
    su += (width * (u - start)) / phi(u);
  }
  return [s, su];
}

/** The data at a noise ratio, and its first derivative there where it is known. */
interface PastData {
  readonly ratio: number;
  readonly x0: Latent;
  readonly derivative?: Latent | undefined;
}

/** The extended reverse-time SDE of the data, with the estimate's derivatives from past steps. */
export const erSde = defineSampler({
  name: "er-sde",
  title: "ER-SDE",
  order: 1,
  stochastic: true,
  evaluations: 1,
  spacing: "trailing",
  aliases: {},
  reference: "Cui et al. 2023, ER-SDE-Solver-3 with the noise scale of ER SDE 5, arXiv:2309.06169",
  options: { order: integer({ min: 1, max: 3 }, "Evaluations that a step is made of, its own included.", 3) },
  create: ({ order }) =>
    evaluateOnce(({ noise }) => {
      let past: readonly PastData[] = [];
      return (x, estimate, interval) => {
        const { from, to } = interval;
        if (isEndpoint(interval)) return firstOrderStep(interval, estimate);
        const [start, end] = [noiseRatio(from), noiseRatio(to)];
        const r = phi(end) / phi(start);
        const dt = end - start;
        const terms: (readonly [number, Latent])[] = [
          [(to.alpha / from.alpha) * r, x],
          [to.alpha * (1 - r), estimate.x0],
          [to.alpha * Math.sqrt(Math.max(end ** 2 - (start * r) ** 2, 0)), noise(from, to)],
        ];
        const [p1, p2] = past;
        const [s, su] = integrals(start, end);
        const derivative = p1 && difference(estimate.x0, p1.x0, start - p1.ratio);
        if (derivative) terms.push([to.alpha * (dt + s * phi(end)), derivative]);
        if (p2 && p1?.derivative && derivative) {
          const second = difference(derivative, p1.derivative, (start - p2.ratio) / 2);
          terms.push([to.alpha * (dt ** 2 / 2 + su * phi(end)), second]);
        }
        past = [{ ratio: start, x0: estimate.x0, derivative }, ...past].slice(0, order - 1);
        return lin(...terms);
      };
    }),
});

const difference = (a: Latent, b: Latent, width: number): Latent => lin([1 / width, a], [-1 / width, b]);

import { noiseRatio } from "../process/coordinates.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluate, firstOrderStep, type Interval, intervals, isEndpoint, type SamplerInput } from "./loop.ts";
import { dataIntegrator, lambda, type PastEstimate } from "./methods/exponential-integrator.ts";
import { quadrature } from "./methods/quadrature.ts";
import { flag, integer, numberFrom } from "./options.ts";

/** A step that is to be corrected: where it began, how stochastic it is, and the noise that it added. */
interface Prediction {
  readonly x: Latent;
  readonly interval: Interval;
  readonly tau: number;
  readonly z: Latent | undefined;
}

/** The stochastic Adams step (equations 14 and 17) from the predictions of `past`, whose polynomial is integrated exactly. */
function adamsStep({ x, interval: { from, to }, tau, z }: Prediction, past: readonly PastEstimate[]): Latent {
  const k = dataIntegrator(tau ** 2).coefficients(from, to);
  const h = lambda(to) - lambda(from);
  const points = past.map(({ level, m }) => ({ coordinate: (lambda(level) - lambda(from)) / h, m }));
  return lin([k.x, x], ...quadrature(points, k.moments(points.length)), ...(z ? [[k.noise, z] as const] : []));
}

/** Shares of the training times between which noise is fresh, as in ComfyUI. */
const [EARLIEST, LATEST] = [0.2, 0.8];

/** tau of the step to a level: 0 outside the band of times. */
function tauOf({ levelAt }: SamplerInput, to: Level, tau: number): number {
  const [low, high] = [EARLIEST, LATEST].map((share) => levelAt.time(1 + share * (levelAt.steps - 1))) as [
    Level,
    Level,
  ];
  const ratio = noiseRatio(to);
  return ratio >= noiseRatio(low) && ratio <= noiseRatio(high) ? tau : 0;
}

/** SA-Solver: a stochastic Adams predictor, and a corrector of the same noise that reuses the next step's evaluation. */
export const saSolver = defineSampler({
  name: "sa-solver",
  title: "SA-Solver",
  order: 2,
  stochastic: true,
  evaluations: 1,
  spacing: "trailing",
  aliases: { sa_solver_pece: { options: { pece: true } } },
  reference: "Xue et al. 2023, algorithm 1 with ComfyUI's band of noise, arXiv:2309.05019",
  options: {
    predictorOrder: integer({ min: 1, max: 4 }, "Evaluations that a prediction is made of.", 3),
    correctorOrder: integer({ min: 0, max: 4 }, "Evaluations that a correction is made of; 0 is none.", 4),
    tau: numberFrom(0, "How much of the noise is fresh between a fifth and four fifths of the times; 0 is none.", 1),
    pece: flag("The corrected x is evaluated again.", false),
  },
  create: ({ predictorOrder, correctorOrder, tau, pece }) =>
    async function* (input) {
      let { x } = input;
      let past: readonly PastEstimate[] = [];
      let prediction: Prediction | undefined;
      const endsClean = input.levels.at(-1)?.sigma === 0;
      for (const interval of intervals(input)) {
        const { i, n, from, to } = interval;
        let estimate = await evaluate(input, x, from, interval);
        const remember = () => {
          if (from.alpha > 0) past = [{ level: from, m: estimate.x0 }, ...past.filter(({ level }) => level !== from)];
        };
        remember();
        const stepsLeft = endsClean ? n - i : Number.POSITIVE_INFINITY;
        const corrected = Math.min(correctorOrder, stepsLeft);
        if (prediction && corrected > 0 && (pece || to.sigma > 0)) {
          x = adamsStep(prediction, past.slice(0, corrected));
          if (pece) {
            yield { i, n, level: from, next: from, x, x0: estimate.x0, final: false };
            estimate = await evaluate(input, x, from, interval);
            remember();
          }
        }
        past = past.slice(0, Math.max(predictorOrder, correctorOrder));
        prediction = isEndpoint(interval) ? undefined : predictionFrom(input, interval, x, tau);
        const order = Math.max(1, Math.min(predictorOrder, stepsLeft - 1));
        x = prediction ? adamsStep(prediction, past.slice(0, order)) : firstOrderStep(interval, estimate);
        yield { i, n, level: from, next: to, x, x0: estimate.x0, final: true };
      }
      return x;
    },
});

function predictionFrom(input: SamplerInput, interval: Interval, x: Latent, tau: number): Prediction {
  const stepTau = tauOf(input, interval.to, tau);
  const z = stepTau > 0 ? input.noise(interval.from, interval.to) : undefined;
  return { x, interval, tau: stepTau, z };
}

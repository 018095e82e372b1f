import { type Latent, lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, firstOrderStep, type Interval, isEndpoint, isStill } from "./loop.ts";
import {
  type ExponentialIntegrator,
  integrators,
  lambda,
  type PastEstimate,
} from "./methods/exponential-integrator.ts";
import { quadrature } from "./methods/quadrature.ts";
import { choice, flag, integer, stepList } from "./options.ts";

/** A step that is to be corrected: where it began, and the predictions that it was made of, the newest first. */
interface Prediction {
  readonly x: Latent;
  readonly interval: Interval;
  readonly past: readonly PastEstimate[];
}

interface Update {
  readonly integrator: ExponentialIntegrator;
  readonly variant: "bh1" | "bh2";
}

/**
 * The unified update (equations 3 and 9): a prediction, or with the prediction `m` at its end a correction. The polynomial
 * through the points is integrated exactly; through two of them half the paper's B(h) stands for the integral of u.
 */
function update({ integrator, variant }: Update, { x, interval: { from, to }, past }: Prediction, m?: Latent): Latent {
  const k = integrator.coefficients(from, to);
  const h = lambda(to) - lambda(from);
  const all = m ? [...past, { level: to, m }] : past;
  const points = all.map(({ level, m }) => ({ coordinate: (lambda(level) - lambda(from)) / h, m }));
  const B = variant === "bh1" ? k.linear : k.phi1;
  return lin([k.x, x], ...quadrature(points, points.length === 2 ? [k.phi1, B / 2] : k.moments(points.length)));
}

/** UniPC: a multistep predictor, and a corrector that reuses the next step's evaluation. */
export const unipc = defineSampler({
  name: "unipc",
  title: "UniPC",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",
  automatic: "sgm_uniform",
  aliases: {
    UniPCMultistepScheduler: {},
    uni_pc: { options: { variant: "bh1" } },
    uni_pc_bh2: {},
    "unipc-1": { options: { order: 1 } },
    "unipc-3": { options: { order: 3 } },
    "unipc-bh1": { options: { variant: "bh1" } },
    "unipc-bh1-3": { options: { variant: "bh1", order: 3 } },
    "unipc-noise": { options: { predictData: false } },
  },
  reference: "Zhao et al. 2023, algorithms 1 and 2, arXiv:2302.04867",
  options: {
    order: integer({ min: 1, max: 3 }, "The predictor's order; the corrector adds one.", 2),
    variant: choice(["bh1", "bh2"], "The paper's B(h): h, or e^h - 1.", "bh2"),
    predictData: flag("It extrapolates the data, or else the noise.", true),
    lowerOrderFinal: flag("The last steps are of lower order.", true),
    uncorrected: stepList("Steps that are not corrected, the first being 0."),
  },
  create({ order, variant, predictData, lowerOrderFinal, uncorrected }) {
    const integrator = integrators[predictData ? "dpmsolver++" : "dpmsolver"]();
    const rule: Update = { integrator, variant };
    return evaluateOnce(() => {
      let past: readonly PastEstimate[] = [];
      let prediction: Prediction | undefined;
      return (predicted, estimate, interval) => {
        const { i, n, from } = interval;
        const m = integrator.prediction(estimate);
        const x = prediction && !uncorrected.includes(i - 1) ? update(rule, prediction, m) : predicted;
        if (from.alpha > 0) past = [{ level: from, m }, ...past].slice(0, order);
        const count = Math.min(past.length, lowerOrderFinal ? n - i : order);
        prediction = isEndpoint(interval) ? undefined : { x, interval, past: past.slice(0, count) };
        if (isStill(interval)) return lin([1, x]);
        return prediction ? update(rule, prediction) : firstOrderStep(interval, estimate);
      };
    });
  },
});

import { solve } from "../../math/solve.ts";
import { type Latent, lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, firstOrderStep, type Interval, isEndpoint, isStill } from "./loop.ts";
import {
  type ExponentialIntegrator,
  integrators,
  lambda,
  type PastEstimate,
} from "./methods/exponential-integrator.ts";
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
  /** Of h in the exponential that is integrated. */
  readonly sign: number;
}

/** The unified update (equations 3 and 9): a prediction, or with the prediction `m` at its end a correction. */
function update({ integrator, variant, sign }: Update, { x, interval, past }: Prediction, m?: Latent): Latent {
  const { from, to } = interval;
  const k = integrator.coefficients(from, to);
  const h = lambda(to) - lambda(from);
  const hh = sign * h;
  const B = variant === "bh1" ? hh : Math.expm1(hh);
  const nodes = past.slice(1).map(({ level, m }) => ({ r: (lambda(level) - lambda(from)) / h, m }));
  if (m) nodes.push({ r: 1, m });
  const a = nodeWeights(
    nodes.map(({ r }) => r),
    hh,
    B,
  );
  const unit = k.phi1 / Math.expm1(hh); // the factor of e^hh - 1 in phi1
  const terms = nodes.map(({ r, m }, i) => [(unit * B * a[i]!) / r, m] as const);
  const w0 = k.phi1 - terms.reduce((sum, [weight]) => sum + weight, 0);
  return lin([k.x, x], [w0, past[0]!.m], ...terms);
}

/** The paper's a: weights under which polynomials through the nodes r are integrated exactly; a single node weighs 1 / 2. */
function nodeWeights(nodes: readonly number[], h: number, B: number): readonly number[] {
  if (nodes.length === 1) return [0.5];
  let [phi, factorial] = [Math.expm1(h) / h - 1, 1];
  const right = nodes.map((_, i) => {
    const value = (phi * factorial) / B;
    factorial *= i + 2;
    phi = phi / h - 1 / factorial;
    return value;
  });
  return solve(
    nodes.map((_, i) => nodes.map((r) => r ** i)),
    right,
  );
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
    const rule: Update = { integrator, variant, sign: predictData ? -1 : 1 };
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

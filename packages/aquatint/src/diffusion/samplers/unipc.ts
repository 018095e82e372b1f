import { solve } from "../../math/solve.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Belief } from "./dpm-solver.ts";
import { type Integrand, integrands, lambda } from "./exponential.ts";
import { evaluate, firstOrderStep, type Interval, intervals, isEndpoint, isStill, type Sampler } from "./loop.ts";

/** What UniPC is made of. */
export interface UniPcOptions {
  /** 1 to 3; the corrector adds one. */
  readonly order?: number | undefined;
  /** The paper's B(h): h ("bh1") or e^h - 1 ("bh2"). */
  readonly variant?: "bh1" | "bh2" | undefined;
  /** Extrapolates the data, or else the noise. */
  readonly predictData?: boolean | undefined;
  readonly lowerOrderFinal?: boolean | undefined;
  /** Steps after which nothing is corrected, the first being 0. */
  readonly uncorrected?: readonly number[] | undefined;
}

/** A step that was made: from where, on what grounds, at which order. */
interface Made {
  readonly x: Latent;
  readonly move: Interval;
  /** The newest first. */
  readonly past: readonly Belief[];
}

/** UniPC (Zhao et al. 2023): a multistep predictor, and a corrector that reuses the next step's evaluation. */
export const uniPc = ({
  order = 2,
  variant = "bh2",
  predictData = true,
  lowerOrderFinal = true,
  uncorrected = [],
}: UniPcOptions = {}): Sampler => {
  const integrand = integrands[predictData ? "dpmsolver++" : "dpmsolver"]();
  const rule = { integrand, variant, sign: predictData ? -1 : 1 };
  return async function* (input) {
    let { x } = input;
    let past: readonly Belief[] = [];
    let made: Made | undefined;
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const believed = await evaluate(input, x, from, move);
      const m = integrand.believed(believed);
      if (made && !uncorrected.includes(i - 1)) x = united(rule, made, m);
      if (from.alpha > 0) past = [{ level: from, m }, ...past].slice(0, order);
      const used = Math.min(past.length, lowerOrderFinal ? n - i : order);
      made = isEndpoint(move) ? undefined : { x, move, past: past.slice(0, used) };
      if (!isStill(move)) x = made ? united(rule, made) : firstOrderStep(move, believed);
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };
};

interface Rule {
  readonly integrand: Integrand;
  readonly variant: "bh1" | "bh2";
  /** Of h in the exponential that is integrated. */
  readonly sign: number;
}

/** The unified update (equations 3 and 9): a prediction, or with what was believed at its end a correction. */
function united({ integrand, variant, sign }: Rule, { x, move, past }: Made, reached?: Latent): Latent {
  const { from, to } = move;
  const k = integrand.coefficients(from, to);
  const newest = past[0]!;
  const h = lambda(to) - lambda(from);
  const b = variant === "bh1" ? sign * h : Math.expm1(sign * h);
  const nodes = past.slice(1).map(({ level, m }) => ({ at: (lambda(level) - lambda(from)) / h, m }));
  if (reached) nodes.push({ at: 1, m: reached });
  const weights = nodeWeights(
    nodes.map(({ at }) => at),
    sign * h,
    b,
  );
  const unit = unitOf(k.first, sign * h);
  const terms = nodes.map(({ at, m }, i) => [(unit * b * weights[i]!) / at, m] as const);
  const newestWeight = k.first - terms.reduce((sum, [weight]) => sum + weight, 0);
  return lin([k.x, x], [newestWeight, newest.m], ...terms);
}

/** The factor of e^h - 1 in the first coefficient. */
const unitOf = (first: number, h: number): number => first / Math.expm1(h);

/** Weights under which polynomials through the nodes are integrated exactly; a single node weighs one half. */
function nodeWeights(nodes: readonly number[], h: number, b: number): readonly number[] {
  if (nodes.length === 1) return [0.5];
  let [phi, factorial] = [Math.expm1(h) / h - 1, 1];
  const right = nodes.map((_, i) => {
    const value = (phi * factorial) / b;
    factorial *= i + 2;
    phi = phi / h - 1 / factorial;
    return value;
  });
  return solve(
    nodes.map((_, i) => nodes.map((node) => node ** i)),
    right,
  );
}

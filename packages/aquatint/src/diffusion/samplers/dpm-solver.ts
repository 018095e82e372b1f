import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { type Algorithm, type Coefficients, type Integrand, integrands, lambda } from "./exponential.ts";
import { checkedShare } from "./first-order.ts";
import { evaluate, firstOrderStep, intervals, isEndpoint, isStill, type Sampler } from "./loop.ts";

/** How the second-order term is weighed: by the step's middle or by its exact integral. */
export type SolverType = "midpoint" | "heun";

/** What the solvers of the DPM family are made of; see `SamplerOptions` for what each means. */
export interface DpmSolverOptions {
  readonly order?: number | undefined;
  readonly algorithm?: Algorithm | undefined;
  readonly solverType?: SolverType | undefined;
  readonly lowerOrderFinal?: boolean | undefined;
  readonly eulerAtFinal?: boolean | undefined;
  readonly eta?: number | undefined;
}

/** What was believed at a level. */
export interface Belief {
  readonly level: Level;
  readonly m: Latent;
}

type Term = readonly [number, Latent];
const FEW_STEPS = 15;

/** DPM-Solver and DPM-Solver++, multistep (Lu et al. 2022), of order 1 to 3: earlier beliefs stand for derivatives. */
export const dpmMultistep = ({
  order = 2,
  algorithm = "dpmsolver++",
  solverType = "midpoint",
  lowerOrderFinal = false,
  eulerAtFinal = false,
  eta = 1,
}: DpmSolverOptions = {}): Sampler => {
  const integrand: Integrand = integrands[algorithm](checkedShare(eta));
  return async function* (input) {
    let { x } = input;
    const past: Belief[] = [];
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const believed = await evaluate(input, x, from, move);
      const fresh = integrand.stochastic ? input.noise(from, to) : undefined;
      const left = n - i;
      const most = (lowerOrderFinal && n < FEW_STEPS) || (eulerAtFinal && left === 1) ? left : order;
      const m = integrand.believed(believed);
      if (from.alpha > 0) past.unshift({ level: from, m });
      if (isStill(move)) x = lin([1, x]);
      else if (isEndpoint(move) && !integrand.reachesEdges) x = firstOrderStep(move, believed);
      else {
        const used = to.sigma === 0 || from.alpha === 0 ? 1 : Math.min(order, most, past.length);
        const known = from.alpha > 0 ? past.slice(0, used) : [{ level: from, m }];
        x = lin(...extrapolated(integrand.coefficients(from, to), { x, to, known, solverType, fresh }));
      }
      past.length = Math.min(past.length, order - 1);
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };
};

interface Extrapolation {
  readonly x: Latent;
  readonly to: Level;
  /** The newest first. */
  readonly known: readonly Belief[];
  readonly solverType: SolverType;
  readonly fresh?: Latent | undefined;
}

/** The terms that every order begins with: the first-order step, and fresh noise where the equation has some. */
function firstOrder(
  k: Coefficients,
  { x, m, fresh }: { readonly x: Latent; readonly m: Latent; readonly fresh: Latent | undefined },
): readonly Term[] {
  const step: readonly Term[] = [
    [k.x, x],
    [k.first, m],
  ];
  return fresh ? [...step, [k.noise, fresh]] : step;
}

/** Of order 1, or of order 2 where something was believed at another level, too: before the first or after it. */
function upToSecondOrder(k: Coefficients, { x, to, known, solverType, fresh }: Extrapolation): readonly Term[] {
  const [m0, m1] = known as [Belief, Belief?];
  const start = firstOrder(k, { x, m: m0.m, fresh });
  if (!m1) return start;
  const r = (lambda(m1.level) - lambda(m0.level)) / (lambda(to) - lambda(m0.level));
  const weight = (solverType === "midpoint" ? k.first / 2 : k.second) / r;
  return [...start, [-weight, m0.m], [weight, m1.m]];
}

function extrapolated(k: Coefficients, input: Extrapolation): readonly Term[] {
  const { x, to, known, fresh } = input;
  const [m0, m1, m2] = known as [Belief, Belief?, Belief?];
  if (!m1 || !m2) return upToSecondOrder(k, input);
  const start = firstOrder(k, { x, m: m0.m, fresh });
  const h = lambda(to) - lambda(m0.level);
  const r0 = (lambda(m0.level) - lambda(m1.level)) / h;
  const r1 = (lambda(m1.level) - lambda(m2.level)) / h;
  const bend = (k.second * r0 + k.third) / (r0 + r1);
  const [newer, older] = [(k.second + bend) / r0, -bend / r1];
  return [...start, [newer, m0.m], [older - newer, m1.m], [-older, m2.m]];
}

/** DPM-Solver++ of order 1 to 3, singlestep: groups of steps whose inner levels are the walk's own. */
export const dpmSinglestep = ({
  order = 2,
  algorithm = "dpmsolver++",
  solverType = "midpoint",
  lowerOrderFinal = false,
  eta = 1,
}: DpmSolverOptions = {}): Sampler => {
  const integrand: Integrand = integrands[algorithm](checkedShare(eta));
  return async function* (input) {
    let { x } = input;
    let group: Belief[] = [];
    let start = x;
    const orders = groups(input.levels.length - 1, order, lowerOrderFinal);
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const believed = await evaluate(input, x, from, move);
      const fresh = integrand.stochastic ? input.noise(from, to) : undefined;
      const open = orders[i]! > 1 && group.length > 0 && group[0]!.level.alpha > 0 && to.sigma > 0;
      if (!open) [group, start] = [[], x];
      group.push({ level: from, m: integrand.believed(believed) });
      const k = integrand.coefficients(group[0]!.level, to);
      if (isStill(move)) x = lin([1, x]);
      else if (isEndpoint(move) && !integrand.reachesEdges) x = firstOrderStep(move, believed);
      else x = lin(...within(k, { x: start, to, known: group, solverType, fresh }));
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };
};

/** Orders of the steps: 1, 2, .. order again and again; the last group is shorter where they do not fit. */
function groups(n: number, order: number, lowerOrderFinal: boolean): readonly number[] {
  const orders = Array.from({ length: n }, (_, i) => (i % order) + 1);
  if (!lowerOrderFinal || order === 1) return orders;
  if (n % order === 0) orders[n - 1] = 1;
  return orders;
}

/** `known` holds the group's beliefs, its first level first. */
function within(k: Coefficients, input: Extrapolation): readonly Term[] {
  const { x, to, known, solverType, fresh } = input;
  const [m0, m1, m2] = known as [Belief, Belief?, Belief?];
  if (!m1 || !m2) return upToSecondOrder(k, input);
  const start = firstOrder(k, { x, m: m0.m, fresh });
  const h = lambda(to) - lambda(m0.level);
  const r1 = (lambda(m1.level) - lambda(m0.level)) / h;
  const r2 = (lambda(m2.level) - lambda(m0.level)) / h;
  if (solverType === "midpoint") return [...start, [-k.second / r2, m0.m], [k.second / r2, m2.m]];
  const [near, far] = [
    (k.second * r2 - 2 * k.third) / (r1 * (r2 - r1)),
    (2 * k.third - k.second * r1) / (r2 * (r2 - r1)),
  ];
  return [...start, [-near - far, m0.m], [near, m1.m], [far, m2.m]];
}

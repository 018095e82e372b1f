import { solve } from "../../math/solve.ts";
import { itemAt } from "../../util/items.ts";
import { integer, numberFrom, positive, share } from "../samplers/options.ts";
import { isWithin, windowOptions } from "./change.ts";
import { type CachedEvaluation, defineStepCache } from "./define-step-cache.ts";

/** Spectrum: the estimate as a function of the noise angle, fitted by Chebyshev polynomials to the evaluations so far. */
export const spectrum = defineStepCache({
  name: "spectrum",
  title: "Spectrum",
  adaptive: false,
  reference: "Han et al. 2026, arXiv:2603.01623, with the growing window of its authors; applied to the estimated data",
  options: {
    degree: integer({ min: 1, max: 8 }, "degree of the polynomial", 3),
    ridge: positive("penalty on its coefficients", 0.1),
    blend: share("share of the polynomial beside a straight line through the last two evaluations", 0.25),
    window: numberFrom(1, "points of which the first is evaluated, at the start", 2),
    growth: numberFrom(0, "growth of that window with every evaluation", 0.5),
    ...windowOptions,
  },
  create({ degree, ridge, blend, window, growth, ...bounds }) {
    let [size, reused] = [window, 0];
    return (point, evaluations) => {
      const within = isWithin(point, bounds) && evaluations.length >= 2;
      if (within && reused + 1 < Math.floor(size)) {
        reused++;
        return blended(evaluations, { angle: point.angle, degree, ridge, blend });
      }
      if (within) size += growth;
      reused = 0;
      return undefined;
    };
  },
});

interface Fit {
  readonly angle: number;
  readonly degree: number;
  readonly ridge: number;
  readonly blend: number;
}

/** Weights of the evaluations in the value at an angle. */
function blended(evaluations: readonly CachedEvaluation[], { angle, degree, ridge, blend }: Fit): readonly number[] {
  const angles = evaluations.map((evaluation) => evaluation.angle);
  const fitted = ridgeWeights(angles, { angle, degree, ridge });
  const [last, before] = [itemAt(angles, 0), itemAt(angles, 1)];
  const ahead = last === before ? 0 : (angle - last) / (last - before) / 2;
  const line = [1 + ahead, -ahead];
  return fitted.map((weight, i) => blend * weight + (1 - blend) * (line[i] ?? 0));
}

/** Weights of values at some angles in the value at another, by ridge regression on Chebyshev polynomials. */
function ridgeWeights(angles: readonly number[], { angle, degree, ridge }: Omit<Fit, "blend">): readonly number[] {
  const basis = (at: number) => chebyshev(2 * at - 1, degree);
  const rows = angles.map(basis);
  const columns = Array.from({ length: degree + 1 }, (_, j) => rows.map((row) => itemAt(row, j)));
  const gram = columns.map((a, i) =>
    columns.map((b, j) => a.reduce((sum, v, k) => sum + v * itemAt(b, k), i === j && i > 0 ? ridge : 1e-9)),
  );
  const coefficients = solve(gram, basis(angle));
  return rows.map((row) => row.reduce((sum, v, j) => sum + v * itemAt(coefficients, j), 0));
}

/** T_0 .. T_degree at x. */
function chebyshev(x: number, degree: number): readonly number[] {
  const values = [1, x];
  for (let j = 2; j <= degree; j++) values.push(2 * x * itemAt(values, j - 1) - itemAt(values, j - 2));
  return values;
}

import { toyMixture } from "@aquatint/lab/theory";
import { gaussianMixture, type Level, posterior } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";
import { gridPoints } from "../../chart/grid.ts";
import { type ScheduleChoice, scheduleOf } from "../../input/schedule.ts";

/** Input of the figure of one pixel. */
export interface PixelParams extends ScheduleChoice {
  readonly x0: number;
  readonly x: number;
  readonly t: number;
  /** Times between x_t and the cleaner x that is asked for. */
  readonly stride: number;
}

/** The exact reverse step of one pixel. */
export interface PixelPosterior {
  /** Coefficients of x_t and x_0 in the mean. */
  readonly fromX: number;
  readonly fromX0: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Densities over `pixelAxis`: given x_0 alone, and given x_0 and x_t. */
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** Values of x_{t-1} in the figure of one pixel. */
export const pixelAxis: readonly number[] = Array.from({ length: 401 }, (_, i) => -3 + (i * 6) / 400);

const normalDensity = (mean: number, variance: number): Float64Array =>
  gaussianMixture([{ mean: [mean], covariance: variance }])
    .logDensity(pixelAxis)
    .map(Math.exp);

/** What a network could predict of x_t; each determines the others. */
export type Prediction = "x0" | "eps" | "score";

/** Input of the figure of the plane. */
export interface FieldParams extends ScheduleChoice {
  readonly t: number;
  readonly stride: number;
  readonly x: number;
  readonly y: number;
  readonly show: Prediction;
}

type Pair = readonly [x: number, y: number];

/** The plane at a level, and what is known of one of its points. */
export interface Field {
  readonly density: { readonly side: number; readonly values: Float64Array };
  /** Draws of x_t, rows of [x, y]. */
  readonly draws: Float64Array;
  /** From each point of a grid by a vector: rows of [x, y, dx, dy]. */
  readonly arrows: Float64Array;
  readonly x0: Pair;
  readonly eps: Pair;
  readonly score: Pair;
  /** The learned step from the point: its mean and its standard deviation. */
  readonly mean: Pair;
  readonly deviation: number;
  readonly sigma: number;
}

const [SIDE, ARROWS, DRAWS] = [96, 17, 300];

function vectorsOf(points: Float64Array, level: Level, show: Prediction): Float64Array {
  if (show === "score") return toyMixture.score(points, level);
  const { x0, eps } = toyMixture.estimate(points, level);
  return show === "eps" ? eps.map((value) => -value) : x0.map((value, i) => value - (points[i] ?? 0));
}

/** Arrows of a length that a grid has room for; the longest are cut. */
function arrowsAt(level: Level, show: Prediction): Float64Array {
  const points = gridPoints(ARROWS);
  const vectors = vectorsOf(points, level, show);
  const [scale, longest] = [0.14, 0.32];
  return Float64Array.from({ length: 2 * points.length }, (_, k) => {
    const [row, part] = [Math.floor(k / 4), k % 4];
    if (part < 2) return points[2 * row + part] ?? 0;
    const [dx, dy] = [vectors[2 * row] ?? 0, vectors[2 * row + 1] ?? 0];
    const length = Math.hypot(dx, dy) * scale;
    return (part === 2 ? dx : dy) * scale * Math.min(1, longest / length);
  });
}

const pair = (values: ArrayLike<number>): Pair => [values[0] ?? 0, values[1] ?? 0];

/** What the figures compute. */
export const jobs = {
  /** q(x_{t-s} | x_t, x_0) of one pixel. */
  *pixel({ x0, x, t, stride, ...choice }: PixelParams): Generator<PixelPosterior> {
    const { level } = scheduleOf(choice);
    const [from, to] = [level(t), level(Math.max(t - stride, 1))];
    const q = posterior(from, to);
    const mean = q.x * x + q.x0 * x0;
    yield {
      ...{ fromX: q.x, fromX0: q.x0, mean, deviation: Math.sqrt(q.variance) },
      before: normalDensity(to.alpha * x0, to.sigma ** 2),
      after: normalDensity(mean, q.variance),
    };
  },
  /** The plane at a level, with the exact answer for one point. */
  *field({ t, stride, x, y, show, ...choice }: FieldParams): Generator<Field> {
    const schedule = scheduleOf(choice);
    const [from, to] = [schedule.level(t), schedule.level(Math.max(t - stride, 1))];
    const logDensity = toyMixture.logDensity(gridPoints(SIDE), from);
    const largest = logDensity.reduce((maximum, value) => Math.max(maximum, value), -Infinity);
    const { x0, eps } = toyMixture.estimate([x, y], from);
    const q = posterior(from, to);
    yield {
      density: { side: SIDE, values: logDensity.map((value) => Math.exp(value - largest)) },
      draws: toyMixture.sample(torchCpu(0), DRAWS, from),
      arrows: arrowsAt(from, show),
      ...{ x0: pair(x0), eps: pair(eps), score: pair(toyMixture.score([x, y], from)) },
      mean: pair([x, y].map((value, i) => q.x * value + q.x0 * (x0[i] ?? 0))),
      ...{ deviation: Math.sqrt(q.variance), sigma: from.sigma },
    };
  },
};

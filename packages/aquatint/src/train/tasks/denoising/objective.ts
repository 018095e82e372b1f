import { toCoordinates } from "../../../diffusion/process/coordinates.ts";
import type { Level } from "../../../diffusion/process/level.ts";
import { checkSolvable } from "../../../diffusion/process/prediction.ts";
import { minSnrWeight } from "../../../diffusion/process/weighting.ts";
import type { SchedulerSettings } from "../../../diffusion/scheduler.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { type HostTensor, type HostTensors, type Shape, sizeOf } from "../../../graph/types.ts";
import { average } from "../../../math/average.ts";
import type { RandomStream } from "../../../math/random.ts";
import { add, mul, square, sub } from "../../../ops/elementwise.ts";
import { input } from "../../../ops/leaves.ts";
import { mean } from "../../../ops/reduce.ts";
import { reshape } from "../../../ops/shape.ts";
import { itemAt, lookup } from "../../../util/items.ts";
import { type TimestepsConfig, timestepSampling } from "./timesteps.ts";

/** Training options of a denoising network, whatever its data: images or latents. */
export interface DenoisingOptions {
  /** Shape of one sample: [c, h, w]. */
  readonly sample: Shape;
  /** Schedule, and what the network predicts. */
  readonly scheduler: Pick<SchedulerSettings, "schedule" | "target" | "networkCoordinates">;
  readonly timesteps: TimestepsConfig;
  /** Gamma of min-SNR weighting; null weighs every sample alike. */
  readonly minSnrGamma: number | null;
}

/** The loss of a denoising network and the draws that it is fed. */
export interface DenoisingObjective {
  /** The loss over samples x0 [n, c, h, w], and the results that `draw`'s report reads. */
  loss(x0: Tensor, network: (xt: Tensor, t: Tensor) => Tensor): { loss: Tensor; results: Record<string, Tensor> };
  /** Noise for n samples: the feeds, and the loss by parts of the schedule as a report. */
  draw(n: number, draws: RandomStream): DenoisingDraw;
  /** The same with levels spread evenly over the whole schedule, for the results alone; its report has the mean as `loss`. */
  evaluation(n: number, draws: RandomStream): DenoisingDraw;
}

/** Noise for one batch. */
export interface DenoisingDraw {
  readonly feeds: HostTensors;
  readonly report: (results: HostTensors) => Readonly<Record<string, number>>;
}

/** Parts of the schedule that metrics tell apart, by their shares of T in percent. */
const BANDS = [0, 25, 50, 75, 100] as const;

/**
 * Algorithm 1 of Ho et al. 2020: x_0 from the data, t in 1..T, eps from N(0, I), squared error of the network's
 * output at x_t = alpha_t x_0 + sigma_t eps from its target a x_0 + b eps.
 */
export function denoisingObjective(options: DenoisingOptions): DenoisingObjective {
  const { scheduler } = options;
  const { schedule, target, networkCoordinates } = scheduler;
  const levels = Array.from({ length: schedule.steps }, (_, i) =>
    toCoordinates(networkCoordinates, schedule.level(i + 1)),
  );
  checkSolvable(target, levels);
  const noising = { sample: options.sample, scheduler, levels };
  const drawn = timestepSampling(options.timesteps, schedule.steps);
  const spread = timestepSampling({ name: "stratified", from: 0, to: 1 }, schedule.steps);
  const weightOf = (level: Level) =>
    options.minSnrGamma === null ? 1 : minSnrWeight(target, level, options.minSnrGamma);
  const report = (t: Int32Array) => (results: HostTensors) =>
    lossByBand(t, lookup(results, "errors").data, schedule.steps);
  return {
    loss: denoisingLoss,
    draw(n, draws) {
      const t = drawn(draws, n);
      const weight = column(t, { levels, of: weightOf, shape: [n, ...options.sample.map(() => 1)] });
      return { feeds: { ...noiseFeeds(t, { ...noising, draws }), weight }, report: report(t) };
    },
    evaluation(n, draws) {
      const t = spread(draws, n);
      const bands = report(t);
      return {
        feeds: noiseFeeds(t, { ...noising, draws }),
        report: (results) => ({ loss: average(lookup(results, "errors").data), ...bands(results) }),
      };
    },
  };
}

/** mean weight |network(alpha x0 + sigma eps, t) - (a x0 + b eps)|² over a batch, whose noise is fed. */
function denoisingLoss(x0: Tensor, network: (xt: Tensor, t: Tensor) => Tensor) {
  const { shape } = x0;
  const n = itemAt(shape, 0);
  const feed = (name: string, of: Shape) => input({ name, dtype: "float32", shape: of });
  const perSample = (name: string) => feed(name, [n, ...shape.slice(1).map(() => 1)]);
  const eps = feed("eps", shape);
  const xt = add(mul(perSample("alpha"), x0), mul(perSample("sigma"), eps));
  const output = network(xt, feed("t", [n]));
  const error = square(sub(output, add(mul(perSample("a"), x0), mul(perSample("b"), eps))));
  const errors = mean(error, { axes: shape.slice(1).map((_, i) => i + 1) }); // [n]
  const loss = mean(mul(reshape(perSample("weight"), { shape: [n] }), errors));
  return { loss, results: { errors } };
}

interface Noising extends Pick<DenoisingOptions, "sample" | "scheduler"> {
  /** Levels of t = 1 .. T, as the network sees them. */
  readonly levels: readonly Level[];
  readonly draws: RandomStream;
}

/** Fresh noise at times t, with the coefficients of its levels. */
function noiseFeeds(t: Int32Array, { sample, scheduler: { schedule, target }, levels, draws }: Noising): HostTensors {
  const n = t.length;
  const shape = [n, ...sample.map(() => 1)];
  const at = (of: (level: Level) => number) => column(t, { levels, of, shape });
  return {
    eps: float(draws.randn(n * sizeOf(sample)), [n, ...sample]),
    alpha: at((level) => level.alpha),
    sigma: at((level) => level.sigma),
    a: at((level) => target(level)[0]),
    b: at((level) => target(level)[1]),
    t: float(
      Float32Array.from(t, (at) => schedule.timestep(at)),
      [n],
    ),
  };
}

interface Column {
  readonly levels: readonly Level[];
  readonly of: (level: Level) => number;
  readonly shape: Shape;
}

/** A number of each sample's level. */
const column = (t: Int32Array, { levels, of, shape }: Column): HostTensor =>
  float(
    Float32Array.from(t, (at) => of(itemAt(levels, at - 1))),
    shape,
  );

/** The mean error of the samples in each quarter of the schedule that has any: "loss_0_25" and so on, of times 1 .. `steps`. */
export function lossByBand(drawn: Int32Array, errors: HostTensor["data"], steps: number): Record<string, number> {
  const bands = BANDS.slice(1).map((end, i) => {
    const start = itemAt(BANDS, i);
    const within = (t: number) => (100 * t) / steps > start && (100 * t) / steps <= end;
    const members = Array.from(errors).filter((_, k) => within(itemAt(drawn, k)));
    return [`loss_${start}_${end}`, average(members)] as const;
  });
  return Object.fromEntries(bands.filter(([, loss]) => Number.isFinite(loss)));
}

const float = (data: Float32Array, shape: Shape): HostTensor => ({ dtype: "float32", shape, data });

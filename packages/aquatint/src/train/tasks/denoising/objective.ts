import { writtenIn } from "../../../diffusion/coordinates.ts";
import type { Level } from "../../../diffusion/level.ts";
import { checkSolvable } from "../../../diffusion/prediction.ts";
import type { SchedulerSettings } from "../../../diffusion/scheduler.ts";
import { minSnrWeight } from "../../../diffusion/weighting.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor, HostTensors, Shape } from "../../../graph/types.ts";
import type { RandomStream } from "../../../math/random.ts";
import { add, mul, square, sub } from "../../../ops/elementwise.ts";
import { input } from "../../../ops/leaves.ts";
import { mean } from "../../../ops/reduce.ts";
import { reshape } from "../../../ops/shape.ts";
import { type TimestepSampling, type TimestepsConfig, timestepSampling } from "./timesteps.ts";

/** What a denoising network is trained on, whatever its data: pictures or latents. */
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
  /** The loss over `n` samples that are fed, and the results that `draw`'s report reads. */
  loss(n: number, network: (xt: Tensor, t: Tensor) => Tensor): { loss: Tensor; results: Record<string, Tensor> };
  /** Noises x0, Float32 [n, c, h, w]: the feeds, and the loss by parts of the schedule as a report. */
  draw(x0: Float32Array, draws: RandomStream): DenoisingDraw;
}

/** One noised batch. */
export interface DenoisingDraw {
  readonly feeds: HostTensors;
  readonly report: (results: HostTensors) => Readonly<Record<string, number>>;
}

/** Parts of the schedule that metrics tell apart, by their shares of T in percent. */
const BANDS = [0, 25, 50, 75, 100] as const;

/**
 * The training algorithm of the lecture: x_0 from the data, t in 1..T, eps from N(0, I), squared error of the network's
 * output at x_t = alpha_t x_0 + sigma_t eps from its target a x_0 + b eps.
 */
export function denoisingObjective(options: DenoisingOptions): DenoisingObjective {
  const { scheduler } = options;
  const { schedule, target, networkCoordinates } = scheduler;
  const levels = Array.from({ length: schedule.steps }, (_, i) => writtenIn(networkCoordinates, schedule.level(i + 1)));
  checkSolvable(target, levels);
  const timesteps = timestepSampling(options.timesteps, schedule.steps);
  return {
    loss: (n, network) => denoisingLoss([n, ...options.sample], network),
    draw: (x0, draws) => noisedBatch(x0, { ...options, levels, timesteps, draws }),
  };
}

/** mean weight |network(alpha x0 + sigma eps, t) - (a x0 + b eps)|² over a batch that is fed. */
function denoisingLoss(shape: Shape, network: (xt: Tensor, t: Tensor) => Tensor) {
  const n = shape[0]!;
  const feed = (name: string, of: Shape) => input({ name, dtype: "float32", shape: of });
  const perSample = (name: string) => feed(name, [n, ...shape.slice(1).map(() => 1)]);
  const [x0, eps] = [feed("x0", shape), feed("eps", shape)];
  const xt = add(mul(perSample("alpha"), x0), mul(perSample("sigma"), eps));
  const output = network(xt, feed("t", [n]));
  const error = square(sub(output, add(mul(perSample("a"), x0), mul(perSample("b"), eps))));
  const errors = mean(error, { axes: shape.slice(1).map((_, i) => i + 1) }); // [n]
  const loss = mean(mul(reshape(perSample("weight"), { shape: [n] }), errors));
  return { loss, results: { errors } };
}

interface Noising extends Omit<DenoisingOptions, "timesteps"> {
  readonly levels: readonly Level[];
  readonly timesteps: TimestepSampling;
  readonly draws: RandomStream;
}

function noisedBatch(x0: Float32Array, noising: Noising): DenoisingDraw {
  const { sample, levels, timesteps, draws, scheduler, minSnrGamma } = noising;
  const { schedule, target } = scheduler;
  const n = x0.length / sample.reduce((a, b) => a * b, 1);
  const drawn = timesteps(draws, n);
  const chosen = Array.from(drawn, (t) => levels[t - 1]!);
  const column = (f: (level: Level) => number) => float(Float32Array.from(chosen, f), [n, ...sample.map(() => 1)]);
  const t = Float32Array.from(drawn, (at) => schedule.timestep(at));
  const feeds = {
    x0: float(x0, [n, ...sample]),
    eps: float(draws.randn(x0.length), [n, ...sample]),
    alpha: column((level) => level.alpha),
    sigma: column((level) => level.sigma),
    a: column((level) => target(level)[0]),
    b: column((level) => target(level)[1]),
    weight: column((level) => (minSnrGamma === null ? 1 : minSnrWeight(target, level, minSnrGamma))),
    t: float(t, [n]),
  };
  return { feeds, report: ({ errors }) => lossByBand(drawn, errors!.data, schedule.steps) };
}

/** The mean error of the samples in each band that has any: "loss_0_25" and so on. */
function lossByBand(drawn: Int32Array, errors: HostTensor["data"], steps: number): Record<string, number> {
  const bands = BANDS.slice(1).map((end, i) => {
    const start = BANDS[i]!;
    const within = (t: number) => (100 * t) / steps > start && (100 * t) / steps <= end;
    const own = Array.from(errors).filter((_, k) => within(drawn[k]!));
    return [`loss_${start}_${end}`, own.reduce((a, b) => a + b, 0) / own.length] as const;
  });
  return Object.fromEntries(bands.filter(([, loss]) => Number.isFinite(loss)));
}

const float = (data: Float32Array, shape: Shape): HostTensor => ({ dtype: "float32", shape, data });

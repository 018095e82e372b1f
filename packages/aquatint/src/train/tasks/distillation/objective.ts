import { ddimStep, dividedWalk } from "../../../diffusion/distillation.ts";
import type { Level } from "../../../diffusion/process/level.ts";
import type { SchedulerSettings } from "../../../diffusion/scheduler.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { type HostTensor, type HostTensors, type Shape, sizeOf } from "../../../graph/types.ts";
import { average } from "../../../math/average.ts";
import type { RandomStream } from "../../../math/random.ts";
import { add, mul, square, sub } from "../../../ops/elementwise.ts";
import { input } from "../../../ops/leaves.ts";
import { mean } from "../../../ops/reduce.ts";
import { itemAt, lookup } from "../../../util/items.ts";
import { type DenoisingObjective, lossByBand } from "../denoising/objective.ts";

/** Options of distillation. */
export interface DistillationOptions {
  /** Shape of one sample: [c, h, w]. */
  readonly sample: Shape;
  /** The student's, which is its teacher's walked by DDIM. */
  readonly scheduler: Pick<SchedulerSettings, "schedule" | "target" | "networkCoordinates" | "path">;
  /** Sampling steps of the student. */
  readonly steps: number;
  /** Steps of the teacher in each of those. */
  readonly substeps: number;
}

/** A network's output at noisy samples [n, c, h, w] and their times [n]. */
export type Denoises = (xt: Tensor, t: Tensor) => Tensor;

/** The loss of a student and the draws that it is fed. */
export interface DistillationObjective extends Pick<DenoisingObjective, "draw" | "evaluation"> {
  /** The loss over samples x0 [n, c, h, w], and the results that `draw`'s report reads. */
  loss(
    x0: Tensor,
    networks: { readonly student: Denoises; readonly teacher: Denoises },
  ): {
    loss: Tensor;
    results: Record<string, Tensor>;
  };
}

/**
 * Progressive distillation (Salimans and Ho 2022): a student's output is to take it in one DDIM step to where `substeps` of
 * its teacher end; the paper's substeps are 2, and the squared error of v is its loss of SNR + 1.
 * @throws AquatintError "prediction/singular" where a network that predicts epsilon begins with noise alone.
 */
export function distillationObjective({
  sample,
  scheduler,
  steps,
  substeps,
}: DistillationOptions): DistillationObjective {
  const path = dividedWalk({ settings: scheduler, steps, substeps });
  const drawnAt = (n: number, which: ArrayLike<number>, draws: RandomStream) => {
    const walks = Array.from(which, (step) => itemAt(path, step));
    const t = Int32Array.from(walks, (levels) => Math.round(itemAt(levels, 0).t));
    const bands = (results: HostTensors) => lossByBand(t, lookup(results, "errors").data, scheduler.schedule.steps);
    return { feeds: feedsOf(walks, { sample, scheduler, eps: draws.randn(n * sizeOf(sample)) }), bands };
  };
  return {
    loss: (x0, networks) => distillationLoss(x0, { ...networks, substeps }),
    draw(n, draws) {
      const { feeds, bands } = drawnAt(n, draws.randint(0, steps, n), draws);
      return { feeds, report: bands };
    },
    evaluation(n, draws) {
      const which = Array.from({ length: n }, (_, i) => i % steps);
      const { feeds, bands } = drawnAt(n, which, draws);
      return { feeds, report: (results) => ({ loss: average(lookup(results, "errors").data), ...bands(results) }) };
    },
  };
}

interface Networks {
  readonly student: Denoises;
  readonly teacher: Denoises;
  readonly substeps: number;
}

/** mean |student(z, t) - (z' - p z) / q|², where z' is where the teacher comes to and z p + output q the student's step. */
function distillationLoss(x0: Tensor, { student, teacher, substeps }: Networks) {
  const { shape } = x0;
  const n = itemAt(shape, 0);
  const feed = (name: string, of: Shape) => input({ name, dtype: "float32", shape: of });
  const perSample = (name: string) => feed(name, [n, ...shape.slice(1).map(() => 1)]);
  const times = Array.from({ length: substeps }, (_, j) => feed(`t_${j}`, [n]));
  const start = add(mul(perSample("alpha"), x0), mul(perSample("sigma"), feed("eps", shape)));
  const end = times.reduce(
    (z, t, j) => add(mul(perSample(`p_${j}`), z), mul(perSample(`q_${j}`), teacher(z, t))),
    start,
  );
  const studentTarget = mul(sub(end, mul(perSample("p"), start)), perSample("q_inverse"));
  const errors = mean(square(sub(student(start, itemAt(times, 0)), studentTarget)), {
    axes: shape.slice(1).map((_, i) => i + 1),
  }); // [n]
  return { loss: mean(errors), results: { errors } };
}

interface FeedsInput extends Pick<DistillationOptions, "sample" | "scheduler"> {
  readonly eps: Float32Array;
}

/** Noise for samples that each go down a walk of their own, with the numbers of its steps. */
function feedsOf(
  walks: readonly (readonly Level[])[],
  { sample, scheduler: { schedule, target }, eps }: FeedsInput,
): HostTensors {
  const n = walks.length;
  const float = (data: Float32Array, shape: Shape): HostTensor => ({ dtype: "float32", shape, data });
  const column = (of: (path: readonly Level[]) => number, shape: Shape = [n, ...sample.map(() => 1)]) =>
    float(Float32Array.from(walks, of), shape);
  const fullStep = (path: readonly Level[]) => ddimStep(target, itemAt(path, 0), itemAt(path, -1));
  const substeps = itemAt(walks, 0)
    .slice(1)
    .flatMap((_, j) => {
      const step = (path: readonly Level[]) => ddimStep(target, itemAt(path, j), itemAt(path, j + 1));
      return [
        [`t_${j}`, column((path) => schedule.timestep(itemAt(path, j).t), [n])],
        [`p_${j}`, column((path) => step(path)[0])],
        [`q_${j}`, column((path) => step(path)[1])],
      ] as const;
    });
  return {
    eps: float(eps, [n, ...sample]),
    alpha: column((path) => itemAt(path, 0).alpha),
    sigma: column((path) => itemAt(path, 0).sigma),
    p: column((path) => fullStep(path)[0]),
    q_inverse: column((path) => 1 / fullStep(path)[1]),
    ...Object.fromEntries(substeps),
  };
}

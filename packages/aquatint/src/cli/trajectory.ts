import { AquatintError } from "../errors.ts";
import { type Image, imageStrip } from "../formats/image/image.ts";
import { fromFloat32 } from "../formats/safetensors/half.ts";
import { encodeSafetensors } from "../formats/safetensors/safetensors.ts";
import { sizeOf } from "../graph/types.ts";
import { linspace } from "../math/numbers.ts";
import type { TextToImagePlan } from "../pipelines/text-to-image/plan.ts";
import type { EvaluationEvent } from "../pipelines/text-to-image/text-to-image.ts";

/** Columns of a strip at most. */
const MAX_COLUMNS = 16;
/** Least height and width of a strip's images, in pixels; smaller ones are enlarged. */
const CELL = 64;

/** The steps that a strip shows, of n: the first, the last, and evenly between. */
export const stripSteps = (n: number): ReadonlySet<number> =>
  new Set(Array.from(linspace(0, n - 1, Math.min(n, MAX_COLUMNS)), Math.round));

/** x_t in a row above the predicted x_0, at the first evaluation of each of `stripSteps`. */
export function stripOf(
  evaluations: readonly EvaluationEvent[],
  { width, height }: Pick<Image, "width" | "height">,
): Image {
  const steps = stripSteps(evaluations[0]?.n ?? 0);
  const stripEvaluations = evaluations.filter(({ i }, k) => steps.has(i) && evaluations[k - 1]?.i !== i);
  const row = (key: "x" | "x0") => stripEvaluations.flatMap(({ images }) => (images ? [images[key]] : []));
  return imageStrip([row("x"), row("x0")], { scale: Math.max(1, Math.ceil(CELL / Math.min(width, height))) });
}

/** A trajectory's tensors in bytes at most: they are held in memory twice while they are written. */
const MAX_TRAJECTORY_BYTES = 2 ** 30;

/** Refuses a run whose trajectory would not fit in memory. */
export function checkTrajectorySize({ levels, scheduler, latentShape }: TextToImagePlan): void {
  const evaluations = (levels.length - 1) * scheduler.sampler.evaluations;
  const bytes = evaluations * sizeOf(latentShape) * 8;
  if (bytes <= MAX_TRAJECTORY_BYTES) return;
  const mebibytes = (n: number) => `${Math.ceil(n / 2 ** 20)} MiB`;
  const message = `a trajectory of ${evaluations} evaluations of [${latentShape}] takes ${mebibytes(bytes)}`;
  throw new AquatintError("cli/trajectory", `${message}, expected at most ${mebibytes(MAX_TRAJECTORY_BYTES)}`, {
    hint: "give fewer steps or a smaller size, or leave --save-trajectory out",
  });
}

/**
 * A run as a safetensors file, a row an evaluation: `x` that the network was given and `x0` that it predicted,
 * both [E, c, h, w]; `t`, `alpha` and `sigma` of the level, [E]. All float32.
 */
export function trajectoryOf(
  evaluations: readonly EvaluationEvent[],
  {
    latentShape,
    metadata,
  }: Pick<TextToImagePlan, "latentShape"> & { readonly metadata: Readonly<Record<string, string>> },
): Uint8Array<ArrayBuffer> {
  const rows = evaluations.length;
  const framesOf = (key: "x" | "x0") => {
    const values = concatenate(evaluations.map((evaluation) => evaluation[key]));
    return fromFloat32(values, [rows, ...latentShape]);
  };
  const numbers = (key: "t" | "alpha" | "sigma") =>
    fromFloat32(
      Float32Array.from(evaluations, ({ level }) => level[key]),
      [rows],
    );
  const tensors = new Map([
    ["x", framesOf("x")],
    ["x0", framesOf("x0")],
    ["t", numbers("t")],
    ["alpha", numbers("alpha")],
    ["sigma", numbers("sigma")],
  ]);
  return encodeSafetensors(tensors, metadata);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const length = parts[0]?.length ?? 0;
  const all = new Float32Array(length * parts.length);
  for (const [i, part] of parts.entries()) all.set(part, i * length);
  return all;
}

/** Which evaluations a strip and a trajectory need: those of a large model take megabytes. */
export function evaluationFilter(
  { strip, saveTrajectory }: { readonly strip?: string | undefined; readonly saveTrajectory?: string | undefined },
  steps: number,
): (event: EvaluationEvent) => boolean {
  const stripIndices = strip ? stripSteps(steps) : new Set<number>();
  return ({ i }) => saveTrajectory !== undefined || stripIndices.has(i);
}

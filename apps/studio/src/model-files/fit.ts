import { AquatintError, planTextToImage } from "aquatint";
import {
  type MemoryPlan,
  planRun,
  type RehearsedRun,
  rehearsedImages,
  type TextToImageModel,
} from "aquatint/pipelines";
import type { DeviceLimits } from "./device-limits.ts";
import { fittingPrecisions, type PrecisionChoice } from "./precision.ts";

/** The way to make a run within the limits. @throws AquatintError "generate/memory" where there is none. */
export const planWithin = (run: RehearsedRun, { budget, maxTile }: DeviceLimits): Promise<MemoryPlan> =>
  planRun(run, { budget, maxTile, baseline: () => 0 });

/** What is too large, and what to do. */
export interface FitProblem {
  readonly message: string;
  readonly hint: string | undefined;
}

/** How one image of a model fits a device. */
export interface Fit {
  readonly width: number;
  readonly height: number;
  /** The way to compute; undefined where there is none. */
  readonly plan: MemoryPlan | undefined;
  /** Why there is no way, or why only a smaller image than the model's own fits. */
  readonly problem?: FitProblem | undefined;
  /** Precisions in which an image of the model's own size fits, estimated. */
  readonly precisions: readonly PrecisionChoice[];
}

/** Shares of the model's own size that are tried where that does not fit. */
const SCALES = [0.75, 0.5, 0.25];

/** Plans an image of the model's own size within the limits, or a smaller one where that does not fit. */
export async function fitOf(model: TextToImageModel, limits: DeviceLimits): Promise<Fit> {
  const options = { prompt: "", ...blankControls(model) };
  const { width, height } = await planTextToImage(model, options);
  const binding = bindingProblem(model, limits);
  if (binding) return { width, height, plan: undefined, problem: binding, precisions: [] };
  const { multiple } = model.modules;
  let problem: FitProblem | undefined;
  const precisions = await precisionsOf(model, limits);
  for (const scale of [1, ...SCALES]) {
    const part = (side: number) => multiple * Math.floor((side * scale) / multiple);
    const size = { width: part(width), height: part(height) };
    if (size.width === 0 || size.height === 0) break;
    const resized = (other: object) => planTextToImage(model, { ...options, ...other });
    const run = rehearsedImages({ model, plan: await resized(size), resized });
    try {
      return { ...size, plan: await planWithin(run, limits), problem, precisions };
    } catch (error) {
      if (!(error instanceof AquatintError) || error.code !== "generate/memory") throw error;
      problem ??= { message: error.message, hint: error.hint };
    }
  }
  const hint = precisions.length > 0 ? "choose a precision that fits, below" : NOWHERE;
  return { width, height, plan: undefined, problem: problem && { ...problem, hint }, precisions };
}

const NOWHERE = "take a smaller or a distilled model, or draw on a computer with more memory by `aquatint serve`";

/** Estimated from the frugal way to hold the weights, without a limit. */
async function precisionsOf(model: TextToImageModel, limits: DeviceLimits): Promise<readonly PrecisionChoice[]> {
  const resized = (size: object) => planTextToImage(model, { prompt: "", ...blankControls(model), ...size });
  const run = rehearsedImages({ model, plan: await resized({}), resized });
  const { maxTile } = limits;
  const options = { budget: Number.POSITIVE_INFINITY, maxTile, weightMemory: "mapped", baseline: () => 0 } as const;
  return fittingPrecisions(model, await planRun(run, options), limits);
}

function bindingProblem(model: TextToImageModel, { binding }: DeviceLimits): FitProblem | undefined {
  const largest = largestTensor(model);
  if (binding === undefined || largest <= binding) return undefined;
  return {
    message: `one of its tensors takes ${mebibytes(largest)}, the graphics device binds ${mebibytes(binding)} at most`,
    hint: "use the processor: press the engine's status",
  };
}

/** Images for ControlNets that a plan wants before there are any. */
export const blankControls = ({ modules }: Pick<TextToImageModel, "modules">) => {
  const image = { width: 8, height: 8, channels: 3 as const, data: new Uint8Array(8 * 8 * 3) };
  return modules.controls.length > 0 ? { controls: modules.controls.map(() => ({ image })) } : {};
};

/** Bytes of the largest tensor as the device computes with it, in float32. */
const largestTensor = ({ locations }: TextToImageModel): number =>
  Math.max(...Array.from(locations.values(), ({ shape }) => 4 * shape.reduce((a, b) => a * b, 1)));

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

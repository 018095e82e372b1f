import type { WeightMemory } from "../../compiler/executable.ts";
import type { Size } from "../../formats/image/resize.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { type TextToImageNetwork, textToImageNetwork } from "../network/network.ts";
import { type DryRun, estimateMemory, type MemoryPlan, planMemory } from "./plan.ts";

/** Images or clips whose memory is estimated. */
export interface RehearsedRun {
  readonly model: TextToImageModel;
  readonly size: Size;
  /** Makes the first of them in this size with networks that compute nothing. */
  rehearse(network: TextToImageNetwork, size: Size): Promise<void>;
}

/** Limits of a run. */
export interface RunLimits {
  /** Bytes that the process may take. */
  readonly budget: number;
  readonly weightMemory?: WeightMemory | undefined;
  /** Places of the latent along a tile of the autoencoder at most. */
  readonly maxTile?: number | undefined;
  /** Bytes that the process takes while nothing is loaded. */
  baseline(): number;
}

/** Plans a run within a limit of memory, by recorded runs in which nothing is loaded. @throws AquatintError "generate/memory" where it cannot be. */
export const planRun = async (run: RehearsedRun, limits: RunLimits): Promise<MemoryPlan> =>
  planMemory({ ...limits, dryRun: await dryRunOf(run) });

/** Bytes that a run takes, by the form of the weights. */
export const estimateRun = async (
  run: RehearsedRun,
  { baseline }: Pick<RunLimits, "baseline">,
): Promise<Readonly<Record<WeightMemory, number>>> => estimateMemory({ baseline, dryRun: await dryRunOf(run) });

async function dryRunOf({ model, size, rehearse }: RehearsedRun) {
  const { modules } = model;
  const binding = await model.binding();
  return (scale: number): DryRun | undefined => {
    const part = (pixels: number) => modules.multiple * Math.floor((pixels * scale) / modules.multiple);
    const scaled = { width: part(size.width), height: part(size.height) };
    if (scaled.width === 0 || scaled.height === 0) return undefined;
    return {
      ...{ ...scaled, factor: modules.factor },
      open: (runtime: Runtime) => textToImageNetwork({ runtime, modules, ...binding }),
      run: (network: TextToImageNetwork) => rehearse(network, scaled),
    };
  };
}

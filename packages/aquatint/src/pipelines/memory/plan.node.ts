import type { WeightMemory } from "../../compiler/executable.ts";
import type { Seed } from "../../math/random.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { type TextToImageNetwork, textToImageNetwork } from "../network/network.ts";
import type { TextToImagePlan } from "../text-to-image/plan.ts";
import { textToImage } from "../text-to-image/text-to-image.ts";
import { type DryRun, estimateMemory, type MemoryPlan, planMemory } from "./plan.ts";

/** A limit of memory, and what it is kept for. */
export interface MemoryLimit {
  readonly model: TextToImageModel;
  /** Bytes that the process may take; no limit when absent. */
  readonly maxMemory?: number | undefined;
  readonly weightMemory?: WeightMemory | undefined;
  /** Bytes that the process takes while nothing is loaded; measured when absent. */
  readonly baseline?: (() => number) | undefined;
  /** Plan of the images. */
  readonly plan: TextToImagePlan;
  /** Seeds of the images that are made together; the plan's alone when absent. */
  readonly seeds?: readonly Seed[] | undefined;
  /** The same in another size. */
  resized(size: { readonly width: number; readonly height: number }): Promise<TextToImagePlan>;
}

/** Plans a memory limit with recorded runs in which nothing is loaded. @throws AquatintError "generate/memory" where it cannot be. */
export async function planMemoryLimit(limit: MemoryLimit): Promise<MemoryPlan | undefined> {
  const { maxMemory: budget, weightMemory, baseline = process.memoryUsage.rss } = limit;
  if (budget === undefined) return undefined;
  return planMemory({ budget, baseline, weightMemory, dryRun: await dryRunOf(limit) });
}

/** Bytes that the images of a plan take, by the form of the weights. */
export const estimatePlan = async (
  images: Pick<MemoryLimit, "model" | "plan" | "seeds" | "resized">,
): Promise<Readonly<Record<WeightMemory, number>>> =>
  estimateMemory({ baseline: process.memoryUsage.rss, dryRun: await dryRunOf(images) });

async function dryRunOf({ model, plan, seeds, resized }: Pick<MemoryLimit, "model" | "plan" | "seeds" | "resized">) {
  const { modules } = model;
  const binding = await model.binding();
  return (scale: number): DryRun | undefined => {
    const part = (pixels: number) => modules.multiple * Math.floor((pixels * scale) / modules.multiple);
    const [width, height] = [part(plan.width), part(plan.height)];
    if (width === 0 || height === 0) return undefined;
    return {
      ...{ width, height, factor: modules.factor },
      open: (runtime: Runtime) => textToImageNetwork({ runtime, modules, ...binding }),
      async run(network: TextToImageNetwork) {
        const smaller = scale === 1 ? plan : await resized({ width, height });
        for await (const _ of textToImage(network, smaller, { seeds }));
      },
    };
  };
}

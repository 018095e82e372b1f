import type { Runtime, TextToImageModel, TextToImageNetwork } from "aquatint";
import { type MemoryPlan, type OpenNetwork, openNetwork, tiledNetwork } from "aquatint/pipelines";
import type { Networks } from "../engine/networks.ts";
import { type DeviceLimits, planWithin } from "./fit.ts";
import { type PlannedRun, plannedClip, plannedImage } from "./planned-runs.ts";
import { isHalf, type ModelPrecision, modelIn, widened } from "./precision.ts";

/** What networks are opened with. */
export interface PlannedParts {
  readonly runtime: Runtime;
  /** In float32, as it was published. */
  readonly model: TextToImageModel;
  readonly limits: DeviceLimits;
  readonly precision: ModelPrecision;
  /** The way that they are opened in first. */
  readonly memory: MemoryPlan;
}

/** Whether a run of this plan stays in memory with networks that are open in that way. */
const isWithin = (plan: MemoryPlan, way: MemoryPlan): boolean =>
  way.residency === "single" || plan.residency === way.residency;

/** Networks that are opened when they are first used. The tiles depend on the run alone, so that an image does not depend on those before it. */
export function plannedNetworks({ runtime, model: full, limits, precision, memory }: PlannedParts): Networks {
  const plans = new Map<string, Promise<MemoryPlan>>();
  let way = memory;
  let current = precision;
  let model = modelIn(full, current, limits);
  let open: OpenNetwork | undefined;
  async function release(): Promise<void> {
    const former = open;
    open = undefined;
    await former?.[Symbol.asyncDispose]();
  }
  async function opened({ tile = limits.maxTile }: Pick<MemoryPlan, "tile">): Promise<TextToImageNetwork> {
    const { modules } = model;
    const { tile: _, ...untiled } = way;
    open ??= openNetwork(runtime, {
      parts: { modules, ...(await model.binding()) },
      ...{ memory: untiled, maxMemory: limits.budget },
    });
    const network = open.forGeneration(() => {});
    return tiledNetwork(network, { tile, factor: modules.factor });
  }
  async function forRun({ key, run }: PlannedRun): Promise<TextToImageNetwork> {
    const planning = plans.get(key) ?? planWithin(run, limits);
    plans.set(key, planning);
    const plan = await planning;
    if (!isWithin(plan, way)) {
      await release();
      way = plan;
    }
    return opened(plan);
  }
  return {
    forImage: (plan, options) => forRun(plannedImage(model, plan, options)),
    forClip: (plan, options) => forRun(plannedClip(model, plan, options)),
    current: () => opened({}),
    makeRoom: async () => (way.bytes > limits.budget / 2 ? release() : undefined),
    release,
    async widen() {
      if (!isHalf(current)) return false;
      await release();
      current = widened(current);
      model = modelIn(full, current, limits);
      plans.clear();
      return true;
    },
  };
}

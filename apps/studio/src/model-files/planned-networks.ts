import type { Runtime, TextToImageModel, TextToImageNetwork } from "aquatint";
import { type MemoryPlan, type OpenNetwork, openNetwork, tiledNetwork } from "aquatint/pipelines";
import type { Networks } from "../engine/networks.ts";
import type { DeviceLimits } from "./device-limits.ts";
import { planWithin } from "./fit.ts";
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

/** Holds the networks of a model in one precision and one way at a time. */
function networkHolder({ runtime, model: full, limits, precision: first, memory }: PlannedParts) {
  let [precision, way] = [first, memory];
  let model = modelIn(full, precision, limits);
  let open: OpenNetwork | undefined;
  async function release(): Promise<void> {
    const former = open;
    open = undefined;
    await former?.[Symbol.asyncDispose]();
  }
  return {
    model: () => model,
    way: () => way,
    release,
    async reopenFor(plan: MemoryPlan): Promise<void> {
      if (isWithin(plan, way)) return;
      await release();
      way = plan;
    },
    async network({ tile = limits.maxTile }: Pick<MemoryPlan, "tile">): Promise<TextToImageNetwork> {
      const { modules } = model;
      const { tile: _, ...untiled } = way;
      open ??= openNetwork(runtime, {
        parts: { modules, ...(await model.binding()) },
        ...{ memory: untiled, maxMemory: limits.budget },
      });
      const network = open.forGeneration(() => {});
      return tiledNetwork(network, { tile, factor: modules.factor });
    },
    async widen(): Promise<boolean> {
      if (!isHalf(precision)) return false;
      await release();
      precision = widened(precision);
      model = modelIn(full, precision, limits);
      return true;
    },
  };
}

/** Networks that are opened when they are first used. The tiles depend on the run alone, so that an image does not depend on those before it. */
export function plannedNetworks(parts: PlannedParts): Networks {
  const { limits } = parts;
  const holder = networkHolder(parts);
  const plans = new Map<string, Promise<MemoryPlan>>();
  async function forRun({ key, run }: PlannedRun): Promise<TextToImageNetwork> {
    const planning = plans.get(key) ?? planWithin(run, limits);
    plans.set(key, planning);
    const plan = await planning;
    await holder.reopenFor(plan);
    return holder.network(plan);
  }
  return {
    forImage: (plan, options) => forRun(plannedImage(holder.model(), plan, options)),
    forClip: (plan, options) => forRun(plannedClip(holder.model(), plan, options)),
    current: () => holder.network({}),
    makeRoom: async () => (holder.way().bytes > limits.budget / 2 ? holder.release() : undefined),
    release: holder.release,
    async widen() {
      plans.clear();
      return holder.widen();
    },
  };
}

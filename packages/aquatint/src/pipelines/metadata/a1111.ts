import type { SamplerEntry } from "../../diffusion/samplers/define-sampler.ts";
import type { TextToImagePlan } from "../text-to-image/plan.ts";

/** A sampler in the words of AUTOMATIC1111's web UI: "DPM++ 2M" and "Karras". */
export interface WebUiSampler {
  readonly sampler: string;
  readonly schedule: string | undefined;
}

/** The web UI's name of a plan's sampler, its schedule apart. All samplers are loaded only where the caller named one. */
export async function webUiSampler({
  scheduler,
  samplerName,
}: Pick<TextToImagePlan, "scheduler" | "samplerName">): Promise<WebUiSampler> {
  if (samplerName === scheduler.sampler.name) return { sampler: titleOf(scheduler.sampler), schedule: undefined };
  const { samplerNamed } = await import("../../diffusion/registry.ts");
  const { entry, schedule } = samplerNamed(samplerName);
  return { sampler: titleOf(entry), schedule };
}

/** Its names there are aliases of two words or more here, where the registry's own title is not the same. */
const titleOf = ({ title, aliases }: SamplerEntry): string =>
  Object.entries(aliases).find(([alias, preset]) => alias.includes(" ") && Object.keys(preset).length === 0)?.[0] ??
  title;

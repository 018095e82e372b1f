import { samplerNamed } from "../../diffusion/registry.ts";
import type { SamplerEntry } from "../../diffusion/samplers/define-sampler.ts";

/** A sampler in the words of AUTOMATIC1111's web UI: "DPM++ 2M" and "Karras". */
export interface WebUiSampler {
  readonly sampler: string;
  readonly schedule: string | undefined;
}

/** The web UI's name of a sampler that is known here by any name, its schedule apart. */
export function webUiSampler(alias: string): WebUiSampler {
  const { entry, schedule } = samplerNamed(alias);
  return { sampler: titleOf(entry), schedule };
}

/** Its names there are aliases of two words or more here, where the registry's own title is not the same. */
const titleOf = ({ title, aliases }: SamplerEntry): string =>
  Object.entries(aliases).find(([alias, preset]) => alias.includes(" ") && Object.keys(preset).length === 0)?.[0] ??
  title;

import { AquatintError } from "../errors.ts";
import { nearest } from "../math/nearest.ts";
import type { SolverType } from "./samplers/dpm-solver.ts";
import type { Algorithm } from "./samplers/exponential.ts";
import type { Variance } from "./samplers/first-order.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { samplers } from "./samplers/table.ts";
import type { SpacingName } from "./spacing.ts";

/** Every option that some sampler takes; an entry lists its own. */
export interface SamplerOptions {
  /** Share of ancestral noise that is fresh, 0 .. 1; TCD's gamma. */
  readonly eta?: number | undefined;
  readonly variance?: Variance | undefined;
  /** Karras et al. 2022's S_churn. */
  readonly churn?: number | undefined;
  /** In what coordinates Heun's method draws straight lines. */
  readonly coordinates?: "exploding" | "straight" | undefined;
  /** The solver's order, 1 to 3 (LMS: 1 to 4). */
  readonly order?: number | undefined;
  /** What a DPM solver extrapolates, by diffusers' names. */
  readonly algorithm?: Algorithm | undefined;
  readonly solverType?: SolverType | undefined;
  /** The last steps of short walks take lower orders. */
  readonly lowerOrderFinal?: boolean | undefined;
  readonly eulerAtFinal?: boolean | undefined;
  /** UniPC's B(h). */
  readonly variant?: "bh1" | "bh2" | undefined;
  /** UniPC extrapolates the data, or else the noise. */
  readonly predictData?: boolean | undefined;
  /** Steps that UniPC does not correct, the first being 0. */
  readonly uncorrected?: readonly number[] | undefined;
  /** LCM's `timestep_scaling`. */
  readonly timestepScaling?: number | undefined;
}

/** What else a name of another tool fixes. */
export interface SamplerPreset {
  readonly spacing?: SpacingName;
  readonly options?: SamplerOptions;
}

/** What a sampler declares of itself: commands, menus, documents and conformance tests read it. */
export interface SamplerEntry {
  readonly title: string;
  /** The error falls with steps^-order; 0 where more steps do not lead to the data's distribution. */
  readonly order: number;
  /** Whether it asks for fresh noise with its default options. */
  readonly stochastic: boolean;
  /** Evaluations of the network in a full step. */
  readonly evaluations: number;
  /** Evaluations that its first steps take beyond that. */
  readonly starting?: number;
  /** The spacing where neither the checkpoint nor the caller chooses one. */
  readonly spacing: SpacingName;
  readonly options: readonly (keyof SamplerOptions)[];
  /** Names in other tools, with what they fix beyond the sampler. */
  readonly aliases: Readonly<Record<string, SamplerPreset>>;
  readonly reference: string;
  create(options?: SamplerOptions): Sampler;
}

export { samplers };

/** The name of a sampler in the registry. */
export type SamplerName = keyof typeof samplers;

/** A sampler as a name chose it. */
export interface NamedSampler {
  readonly name: SamplerName;
  readonly entry: SamplerEntry;
  /** The spacing that the name fixes, if it does. */
  readonly spacing: SpacingName | undefined;
  /** The options that the name fixes. */
  readonly options: SamplerOptions;
  /** Makes the sampler; an option that it does not take throws. */
  create(options?: SamplerOptions): Sampler;
}

/** Finds a sampler by its name or by an alias, case aside. */
export function samplerNamed(wanted: string): NamedSampler {
  for (const [key, entry] of Object.entries<SamplerEntry>(samplers)) {
    for (const [alias, preset] of Object.entries({ [key]: {}, ...entry.aliases })) {
      if (alias.toLowerCase() === wanted.toLowerCase()) return chosen(key as SamplerName, entry, preset);
    }
  }
  const names = Object.keys(samplers);
  const close = nearest(wanted, names);
  throw new AquatintError("sampler/unknown", `there is no sampler "${wanted}"`, {
    hint: `${close ? `did you mean "${close}"? ` : ""}the samplers are ${names.join(", ")}`,
  });
}

function chosen(name: SamplerName, entry: SamplerEntry, preset: SamplerPreset): NamedSampler {
  return {
    name,
    entry,
    spacing: preset.spacing,
    options: preset.options ?? {},
    create(options = {}) {
      const foreign = Object.keys(options).find((key) => !entry.options.some((known) => known === key));
      if (foreign === undefined) return entry.create({ ...preset.options, ...options });
      throw new AquatintError("sampler/option", `the sampler "${name}" takes no option "${foreign}"`, {
        hint: entry.options.length > 0 ? `it takes ${entry.options.join(", ")}` : "it takes none",
      });
    },
  };
}

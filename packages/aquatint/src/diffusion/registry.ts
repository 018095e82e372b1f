import { AquatintError } from "../errors.ts";
import { nearest } from "../math/nearest.ts";
import { dpmpp2m } from "./samplers/dpmpp-2m.ts";
import { ddim, ddpm, renoise, type Variance } from "./samplers/first-order.ts";
import { heun } from "./samplers/heun.ts";
import type { Sampler } from "./samplers/sampler.ts";
import type { SpacingName } from "./spacing.ts";

/** Every option that some sampler takes; an entry lists its own. */
export interface SamplerOptions {
  /** Share of DDPM's noise that is fresh, 0 .. 1. */
  readonly eta?: number | undefined;
  readonly variance?: Variance | undefined;
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
  /** The spacing where neither the checkpoint nor the caller chooses one. */
  readonly spacing: SpacingName;
  readonly options: readonly (keyof SamplerOptions)[];
  /** Names in other tools, with what they fix beyond the sampler. */
  readonly aliases: Readonly<Record<string, SamplerPreset>>;
  readonly reference: string;
  create(options?: SamplerOptions): Sampler;
}

/** Every sampler, by the name that the command line takes. */
export const samplers = {
  ddpm: {
    title: "DDPM",
    order: 1,
    stochastic: true,
    evaluations: 1,
    spacing: "trailing",
    options: ["variance"],
    aliases: { DDPMScheduler: {} },
    reference: "Ho, Jain and Abbeel 2020, algorithm 2, arXiv:2006.11239",
    create: ddpm,
  },
  ddim: {
    title: "DDIM",
    order: 1,
    stochastic: false,
    evaluations: 1,
    spacing: "trailing",
    options: ["eta"],
    aliases: { DDIMScheduler: {} },
    reference: "Song, Meng and Ermon 2021, equation 12, arXiv:2010.02502",
    create: ddim,
  },
  renoise: {
    title: "Renoise",
    order: 0,
    stochastic: true,
    evaluations: 1,
    spacing: "trailing",
    options: [],
    aliases: {},
    reference: "Song et al. 2023, algorithm 1 (multistep consistency sampling), arXiv:2303.01469",
    create: renoise,
  },
  heun: {
    title: "Heun",
    order: 2,
    stochastic: false,
    evaluations: 2,
    spacing: "trailing",
    options: [],
    aliases: {},
    reference: "Karras et al. 2022, algorithm 1, arXiv:2206.00364",
    create: () => heun(),
  },
  "dpmpp-2m": {
    title: "DPM-Solver++ (2M)",
    order: 2,
    stochastic: false,
    evaluations: 1,
    spacing: "trailing",
    options: [],
    aliases: { dpmpp_2m: {} },
    reference: "Lu et al. 2022, algorithm 2, arXiv:2211.01095",
    create: dpmpp2m,
  },
} as const satisfies Readonly<Record<string, SamplerEntry>>;

/** The name of a sampler in the registry. */
export type SamplerName = keyof typeof samplers;

/** A sampler as a name chose it. */
export interface NamedSampler {
  readonly name: SamplerName;
  readonly entry: SamplerEntry;
  /** The spacing that the name fixes, if it does. */
  readonly spacing: SpacingName | undefined;
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
    create(options = {}) {
      const foreign = Object.keys(options).find((key) => !entry.options.some((known) => known === key));
      if (foreign === undefined) return entry.create({ ...preset.options, ...options });
      throw new AquatintError("sampler/option", `the sampler "${name}" takes no option "${foreign}"`, {
        hint: entry.options.length > 0 ? `it takes ${entry.options.join(", ")}` : "it takes none",
      });
    },
  };
}

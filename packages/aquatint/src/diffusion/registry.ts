import { AquatintError } from "../errors.ts";
import { unknownName } from "../math/names.ts";
import { folded, otherMethod, programNames, scheduleAliases } from "./program-names.ts";
import type { ChurnOptions } from "./samplers/churn.ts";
import type { DpmSolverOptions } from "./samplers/dpm-solver.ts";
import type { Variance } from "./samplers/first-order.ts";
import type { PndmOptions } from "./samplers/pndm.ts";
import type { RestartInterval } from "./samplers/restart.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { samplers } from "./samplers/table.ts";
import { open, type Spacing, type SpacingName, spacings } from "./spacing.ts";

/** Every option that some sampler takes; an entry lists its own. */
export interface SamplerOptions extends ChurnOptions, DpmSolverOptions, PndmOptions {
  /** The solver's order, 1 to 3 (LMS: 1 to 4). */
  readonly order?: number | undefined;
  /** Share of ancestral noise that is fresh, 0 .. 1; TCD's gamma. */
  readonly eta?: number | undefined;
  readonly variance?: Variance | undefined;
  /** In what coordinates Heun's method draws straight lines. */
  readonly coordinates?: "exploding" | "straight" | undefined;
  /** UniPC's B(h). */
  readonly variant?: "bh1" | "bh2" | undefined;
  /** UniPC extrapolates the data, or else the noise. */
  readonly predictData?: boolean | undefined;
  /** Steps that UniPC does not correct, the first being 0. */
  readonly uncorrected?: readonly number[] | undefined;
  /** LCM's `timestep_scaling`. */
  readonly timestepScaling?: number | undefined;
  readonly restart?: RestartInterval | undefined;
}

/** What else a name fixes. */
export interface SamplerPreset {
  readonly spacing?: SpacingName;
  readonly options?: SamplerOptions;
  /** The order with these options, where it is not the entry's. */
  readonly order?: number;
}

/** What a sampler declares of itself: commands, menus, documents and conformance tests read it. */
export interface SamplerEntry {
  readonly title: string;
  /**
   * The error falls with steps^-order: that of x, or of its variance where the sampler is stochastic; 0 where more steps do
   * not lead to the data's distribution.
   */
  readonly order: number;
  /** Whether it asks for fresh noise with its default options. */
  readonly stochastic: boolean;
  /** Evaluations of the network in a full step. */
  readonly evaluations: number;
  /** Evaluations that its first steps take beyond that. */
  readonly starting?: number;
  /** Steps that it takes beyond the n of its walk. */
  readonly extraSteps?: (n: number) => number;
  /** It reads what is believed without the prompt, at every guidance scale. */
  readonly unconditional?: boolean;
  /** A schedule that is named with it is laid for one more step and loses its cleanest level, as in the web UI. */
  readonly open?: boolean;
  /** Without a schedule it ends where the model's own scheduler does, as its class of diffusers; others end at clean data. */
  readonly keepsEnd?: boolean;
  /** The spacing where neither the checkpoint nor the caller chooses one. */
  readonly spacing: SpacingName;
  /** What the web UI's schedule "Automatic" means for it; absent where that program has no such sampler or a rule of its own. */
  readonly automatic?: SpacingName;
  readonly options: readonly (keyof SamplerOptions)[];
  /** Other names, of other tools too, with what they fix beyond the sampler. */
  readonly aliases: Readonly<Record<string, SamplerPreset>>;
  readonly reference: string;
  create(options?: SamplerOptions): Sampler;
}

export { samplers };

/** The name of a sampler in the registry. */
export type SamplerName = keyof typeof samplers;

/** Words for a spacing that may follow any sampler's name, as in the web UI: "DPM++ 2M Karras". */
export const scheduleWords = {
  Karras: "karras",
  Exponential: "exponential",
  Polyexponential: "polyexponential",
  "SGM Uniform": "sgm_uniform",
  "KL Optimal": "kl_optimal_webui",
  "KL Optimal ComfyUI": "kl_optimal",
  "Align Your Steps": "ays_webui",
  "Align Your Steps XL": "ays_sdxl_webui",
  AYS: "ays",
  "AYS XL": "ays_sdxl",
  Turbo: "turbo",
  Simple: "simple",
  Normal: "uniform",
  Uniform: "uniform",
  DDIM: "ddim_uniform",
  Beta: "beta",
  "Beta ComfyUI": "beta_comfyui",
  "Linear Quadratic": "linear_quadratic",
  Leading: "leading",
  Trailing: "trailing",
  Linspace: "linspace",
  Lambdas: "lambdas",
} as const satisfies Readonly<Record<string, SpacingName>>;

/** A word for a spacing. */
export type ScheduleWord = keyof typeof scheduleWords;

/** The first word for a spacing; the spacing's own name where there is none. */
export const scheduleWord = (spacing: SpacingName): ScheduleWord | SpacingName =>
  (Object.keys(scheduleWords) as ScheduleWord[]).find((word) => scheduleWords[word] === spacing) ?? spacing;

/** A sampler as a name chose it. */
export interface NamedSampler {
  readonly name: SamplerName;
  readonly entry: SamplerEntry;
  /** The spacing that the name fixes, if it does. */
  readonly spacing: Spacing | undefined;
  /** The word for the schedule that stood behind the sampler's name. */
  readonly schedule: ScheduleWord | SpacingName | undefined;
  /** The options that the name fixes. */
  readonly options: SamplerOptions;
  /** Makes the sampler; an option that it does not take throws. */
  create(options?: SamplerOptions): Sampler;
}

interface Candidate {
  readonly name: SamplerName;
  readonly entry: SamplerEntry;
  readonly preset: SamplerPreset;
}

const named = Object.entries<SamplerEntry>(samplers).flatMap(([key, entry]) =>
  Object.entries({ [key]: {}, ...entry.aliases }).map(
    ([alias, preset]) => [alias, { name: key as SamplerName, entry, preset } satisfies Candidate] as const,
  ),
);
/** Every name and alias in lower case: ComfyUI's uni_pc is not the web UI's UniPC. */
const exact: ReadonlyMap<string, Candidate> = new Map(named.map(([alias, one]) => [alias.toLowerCase(), one]));
/** Every name and alias folded; the sampler's own name before its aliases. */
const candidates: ReadonlyMap<string, Candidate> = new Map(
  named.toReversed().map(([alias, one]) => [folded(alias), one]),
);

/** Every word for a schedule and every spacing's own name; the longest first, since one may end another. */
const schedules: readonly (readonly [word: string, spacing: SpacingName])[] = [
  ...Object.entries<SpacingName>(scheduleWords),
  ...Object.values<SpacingName>(scheduleWords).map((spacing) => [spacing, spacing] as const),
  ...Object.entries(scheduleAliases).map(([alias, word]) => [alias, scheduleWords[word as ScheduleWord]] as const),
].sort(([a], [b]) => b.length - a.length);
const foldedSchedules = schedules.map(([word, spacing]) => [folded(word), spacing] as const);
const spacedSchedules = schedules.map(([word, spacing]) => [` ${word.toLowerCase()}`, spacing] as const);

/** A name apart from the schedule at its end; first as one name, since some samplers end like a schedule. */
const splits = (
  text: string,
  words: typeof schedules,
): readonly (readonly [base: string, schedule: SpacingName | undefined])[] => [
  [text, undefined],
  ...words.flatMap(([word, spacing]) =>
    text.endsWith(word) && text.length > word.length ? [[text.slice(0, -word.length), spacing] as const] : [],
  ),
];

/**
 * Finds a sampler by its name, an alias, or what another program calls it, with or without the word for a schedule after
 * it; case, spaces, hyphens and underscores do not count. @throws AquatintError "sampler/unknown".
 */
export function samplerNamed(wanted: string): NamedSampler {
  const spaced = splits(wanted.trim().toLowerCase(), spacedSchedules);
  for (const [base, schedule] of spaced) {
    const plain = exact.get(base.trimEnd());
    if (plain) return chosen(plain, schedule);
  }
  // a schedule that stands apart is read as written, since ComfyUI's kl_optimal need not be the web UI's KL Optimal
  const parts = [...spaced, ...splits(folded(wanted), foldedSchedules)];
  for (const [base, schedule] of parts) {
    const plain = candidates.get(folded(base));
    if (plain) return chosen(plain, schedule);
  }
  for (const [base, schedule] of parts) {
    for (const [shape, inner] of programNames(base).flatMap((name) => splits(folded(name), foldedSchedules))) {
      const known = candidates.get(shape);
      if (known) return chosen(known, schedule ?? inner);
    }
  }
  const method = parts.flatMap(([base]) => otherMethod(base) ?? [])[0];
  if (method === undefined) throw unknown(wanted);
  throw new AquatintError("sampler/unknown", `there is no sampler "${wanted}": it is ${method}`, {
    hint: `no sampler here makes the same image; the samplers are ${Object.keys(samplers).join(", ")}`,
  });
}

/**
 * The spacing that AUTOMATIC1111's web UI takes for a sampler where its schedule is "Automatic" (the table of
 * modules/sd_samplers_kdiffusion.py); undefined where it has no such sampler or lays the steps by a rule of its own.
 */
export const automaticSchedule = (sampler: string): SpacingName | undefined => samplerNamed(sampler).entry.automatic;

/** The nearest of all names; among samplers and schedules apart, so that "DPM++ 2N Karas" is understood too. */
function unknown(wanted: string) {
  const all = Object.entries<SamplerEntry>(samplers).flatMap(([name, { aliases }]) => [name, ...Object.keys(aliases)]);
  const suffixed = all.flatMap((name) => Object.keys(scheduleWords).map((word) => `${name} ${word}`));
  const names = Object.keys(samplers);
  return unknownName("sampler/unknown", { name: wanted, kind: "sampler", names, candidates: [...all, ...suffixed] });
}

function chosen({ name, entry, preset }: Candidate, schedule?: SpacingName): NamedSampler {
  const named = schedule ?? preset.spacing;
  const spacing = named && spacings[named]({});
  return {
    name,
    entry,
    spacing: spacing && schedule && entry.open ? open(spacing) : spacing,
    schedule: schedule && scheduleWord(schedule),
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

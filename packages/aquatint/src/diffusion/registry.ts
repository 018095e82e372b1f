import { AquatintError } from "../errors.ts";
import { unknownName } from "../math/names.ts";
import { folded, otherMethod, programNames, scheduleAliases } from "./program-names.ts";
import type { SamplerEntry, SamplerPreset } from "./samplers/define-sampler.ts";
import * as declarations from "./samplers/index.ts";
import type { Sampler } from "./samplers/loop.ts";
import type { SamplerOptions } from "./samplers/options.ts";
import { dropLast, type Spacing } from "./spacing/spacing.ts";
import { type SpacingName, spacings } from "./spacing/spacings.ts";

/** One of the declarations in samplers/index.ts. */
export type RegisteredSampler = (typeof declarations)[keyof typeof declarations];

/** Every sampler, by the name that the command line takes. */
export const samplers = Object.fromEntries(Object.values(declarations).map((sampler) => [sampler.name, sampler])) as {
  readonly [D in RegisteredSampler as D["name"]]: D;
};

/** The name of a sampler in the registry. */
export type SamplerName = RegisteredSampler["name"];

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

const namedCandidates = Object.entries<SamplerEntry>(samplers).flatMap(([key, entry]) =>
  Object.entries({ [key]: {}, ...entry.aliases }).map(
    ([alias, preset]) => [alias, { name: key as SamplerName, entry, preset } satisfies Candidate] as const,
  ),
);
/** Every name and alias in lower case: ComfyUI's uni_pc is not the web UI's UniPC. */
const exact: ReadonlyMap<string, Candidate> = new Map(
  namedCandidates.map(([alias, candidate]) => [alias.toLowerCase(), candidate]),
);
/** Every name and alias folded; the sampler's own name before its aliases. */
const candidates: ReadonlyMap<string, Candidate> = new Map(
  namedCandidates.toReversed().map(([alias, candidate]) => [folded(alias), candidate]),
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
  name: string,
  words: typeof schedules,
): readonly (readonly [base: string, schedule: SpacingName | undefined])[] => [
  [name, undefined],
  ...words.flatMap(([word, spacing]) =>
    name.endsWith(word) && name.length > word.length ? [[name.slice(0, -word.length), spacing] as const] : [],
  ),
];

/**
 * Finds a sampler by its name, an alias, or what another program calls it, with or without the word for a schedule after
 * it; case, spaces, hyphens and underscores do not count. @throws AquatintError "sampler/unknown".
 */
export function samplerNamed(text: string): NamedSampler {
  const spaced = splits(text.trim().toLowerCase(), spacedSchedules);
  for (const [base, schedule] of spaced) {
    const plain = exact.get(base.trimEnd());
    if (plain) return namedSampler(plain, schedule);
  }
  // a schedule that stands apart is read as written, since ComfyUI's kl_optimal need not be the web UI's KL Optimal
  const parts = [...spaced, ...splits(folded(text), foldedSchedules)];
  for (const [base, schedule] of parts) {
    const plain = candidates.get(folded(base));
    if (plain) return namedSampler(plain, schedule);
  }
  const method = parts.flatMap(([base]) => otherMethod(base) ?? [])[0];
  if (method !== undefined) {
    throw new AquatintError("sampler/unknown", `there is no sampler "${text}": it is ${method}`, {
      hint: `no sampler here makes the same image; the samplers are ${Object.keys(samplers).join(", ")}`,
    });
  }
  for (const [base, schedule] of parts) {
    for (const [shape, inner] of programNames(base).flatMap((name) => splits(folded(name), foldedSchedules))) {
      const candidate = candidates.get(shape);
      if (candidate) return namedSampler(candidate, schedule ?? inner);
    }
  }
  throw unknown(text);
}

/**
 * The spacing that AUTOMATIC1111's web UI takes for a sampler where its schedule is "Automatic" (the table of
 * modules/sd_samplers_kdiffusion.py); undefined where it has no such sampler or lays the steps by a rule of its own.
 */
export const automaticSchedule = (sampler: string): SpacingName | undefined => samplerNamed(sampler).entry.automatic;

/** The nearest of all names; among samplers and schedules apart, so that "DPM++ 2N Karas" is understood too. */
function unknown(text: string) {
  const all = Object.entries<SamplerEntry>(samplers).flatMap(([name, { aliases }]) => [name, ...Object.keys(aliases)]);
  const suffixed = all.flatMap((name) => Object.keys(scheduleWords).map((word) => `${name} ${word}`));
  const names = Object.keys(samplers);
  return unknownName("sampler/unknown", { name: text, kind: "sampler", names, candidates: [...all, ...suffixed] });
}

function namedSampler({ name, entry, preset }: Candidate, schedule?: SpacingName): NamedSampler {
  const spacingName = schedule ?? preset.spacing;
  const spacing = spacingName && spacings[spacingName]({});
  return {
    name,
    entry,
    spacing: spacing && schedule && entry.dropLast ? dropLast(spacing) : spacing,
    schedule: schedule && scheduleWord(schedule),
    options: preset.options ?? {},
    create: (options = {}) => entry.create({ ...preset.options, ...options }),
  };
}

import { samplerNamed, samplers, scheduleWords } from "aquatint/diffusion";

/** A sampler for a list. */
export interface SamplerChoice {
  readonly id: string;
  readonly label: string;
  readonly note: string;
}

/** Every sampler, by its name in the registry. */
export const samplerChoices = (): readonly SamplerChoice[] =>
  Object.values(samplers).map(({ name, title, stochastic, evaluations }) => ({
    id: name,
    label: title,
    note: [
      evaluations === 1 ? "1 evaluation a step" : `${evaluations} evaluations a step`,
      ...(stochastic ? ["adds noise on the way"] : []),
    ].join(", "),
  }));

/** The words for a spacing, each kind once. */
export const spacingChoices = (): readonly string[] => {
  const first = new Map<string, string>();
  for (const [word, spacing] of Object.entries(scheduleWords)) if (!first.has(spacing)) first.set(spacing, word);
  return [...first.values()];
};

/** A sampler's text in a recipe, as the settings have it: a name of the registry and a word for the spacing. */
export function splitSampler(text: string): { readonly sampler: string | null; readonly spacing: string | null } {
  try {
    const { name, schedule } = samplerNamed(text);
    return { sampler: name, spacing: schedule ?? null };
  } catch {
    return { sampler: null, spacing: null };
  }
}

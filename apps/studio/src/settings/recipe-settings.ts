import type { GenerationParameters } from "aquatint/pipelines";
import { splitSampler } from "./samplers.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/** Settings of an image, and what of it they do not repeat, in words. */
export interface RestoredSettings {
  readonly settings: Settings;
  readonly notes: readonly string[];
}

type Field = keyof Settings;
/** Fields of a recipe that are settings under the same name. */
const fields = [
  ...["prompt", "negative", "width", "height", "steps", "fewSteps", "guidance", "strength"],
  ...["promptSyntax", "rng", "clipSkip", "guidanceRescale", "frames", "fps"],
] as readonly Field[];
/** Fields that say how the image was made and that the page needs no setting for. */
const silent = ["seed", "sampler", "model", "modelHash", "version", "needs", "emphasis", "clipSkipRule", "motion"];

/** The settings by which an image of this page was made; its seed is locked. */
export const recipeSettings = (recipe: GenerationParameters, base: Settings): Settings =>
  restored(recipe, base).settings;

/** Settings of options, each that the page can have; the seed is locked. */
export function restored(options: Readonly<Record<string, unknown>>, base: Settings): RestoredSettings {
  const notes: string[] = [];
  const changes: Record<string, unknown> = {
    fewSteps: false,
    ...{ negative: "", promptSyntax: "plain", rng: "torch-cpu", clipSkip: 0, guidanceRescale: 0, styles: [] },
    ...{ output: options["frames"] === undefined ? "image" : "clip", hires: null, variationStrength: 0 },
  };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || silent.includes(key)) continue;
    const restoredFields = fieldsOf(key, value);
    if (restoredFields) Object.assign(changes, restoredFields);
    else notes.push(`not restored: ${key} ${excerpt(value)}`);
  }
  const { seed, sampler } = options;
  if (seed !== undefined) Object.assign(changes, { seed: String(seed), seedLocked: true });
  Object.assign(changes, typeof sampler === "string" ? splitSampler(sampler) : { sampler: null, spacing: null });
  return { settings: settingsSchema.parse({ ...base, ...changes }), notes };
}

/** Options of several fields, by the settings that hold them. */
const groups: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  hires: { scale: "hires", strength: "hiresStrength", steps: "hiresSteps" },
  variation: { strength: "variationStrength", seed: "variationSeed" },
};

/** The settings that an option is; undefined where the page cannot have them. */
function fieldsOf(key: string, value: unknown): Partial<Record<Field, unknown>> | undefined {
  const group = groups[key];
  const names = group ?? Object.fromEntries(fields.filter((name) => name === key).map((name) => [key, name]));
  const parts = (group ? value : { [key]: value }) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(names).map(([part, field]) => [field, settingValue(field, parts[part])] as const);
  const fits = entries.every(([field, part]) => settingsSchema.shape[field].safeParse(part).success);
  return fits && entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Seeds are digits here; a part that is absent takes the setting's first value. */
const settingValue = (field: Field, value: unknown): unknown =>
  field === "variationSeed" && value !== undefined ? String(value) : value;

const excerpt = (value: unknown): string =>
  String(typeof value === "object" ? JSON.stringify(value) : value).slice(0, 60);

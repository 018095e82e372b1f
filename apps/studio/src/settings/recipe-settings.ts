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
  ...["prompt", "negative", "width", "height", "steps", "guidance", "strength"],
  ...["promptSyntax", "rng", "clipSkip", "guidanceRescale"],
] as readonly Field[];
/** Fields that say how the image was made and that the page needs no setting for. */
const silent = ["seed", "sampler", "model", "modelHash", "version", "needs", "emphasis", "clipSkipRule"];

/** The settings by which an image of this page was made; its seed is locked. */
export const recipeSettings = (recipe: GenerationParameters, base: Settings): Settings =>
  restored(recipe, base).settings;

/** Settings of options, each that the page can have; the seed is locked. */
export function restored(options: Readonly<Record<string, unknown>>, base: Settings): RestoredSettings {
  const notes: string[] = [];
  const changes: Record<string, unknown> = {
    negative: "",
    promptSyntax: "plain",
    rng: "torch-cpu",
    clipSkip: 0,
    guidanceRescale: 0,
  };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || silent.includes(key)) continue;
    const field = fields.find((name) => name === key);
    if (field && settingsSchema.shape[field].safeParse(value).success) changes[key] = value;
    else notes.push(`not restored: ${key} ${excerpt(value)}`);
  }
  const { seed, sampler } = options;
  if (seed !== undefined) Object.assign(changes, { seed: String(seed), seedLocked: true });
  Object.assign(changes, typeof sampler === "string" ? splitSampler(sampler) : { sampler: null, spacing: null });
  return { settings: settingsSchema.parse({ ...base, ...changes }), notes };
}

const excerpt = (value: unknown): string =>
  String(typeof value === "object" ? JSON.stringify(value) : value).slice(0, 60);

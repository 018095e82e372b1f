import { samplerNamed, scheduleWords } from "aquatint/diffusion";
import { splitSampler } from "../settings/samplers.ts";
import { type Settings, settingsSchema } from "../settings/settings.ts";
import { stylesNamed } from "../settings/styles-store.ts";
import { numbersOf, valuesOf } from "./axis-values.ts";

/** A setting that may run along a side of a grid. */
export interface Axis {
  readonly id: string;
  readonly label: string;
  /** Values for a first try. */
  readonly example: string;
  /** The values of a line of text. */
  readonly read: (text: string) => readonly string[];
  /** How the values are written, in a sentence. */
  readonly help: string;
  /** Changes of the settings for one value of a list. @throws where the value is none of the setting. */
  readonly change: (value: string, settings: Settings, values: readonly string[]) => Partial<Settings>;
  /** What else is wrong with a list, in words. */
  readonly problem?: (values: readonly string[], settings: Settings) => string | undefined;
}

type NumberField =
  | ("steps" | "guidance" | "guidanceRescale" | "strength" | "clipSkip" | "feather")
  | ("hires" | "hiresStrength" | "hiresSteps" | "variationStrength");

const number = (field: NumberField, label: string, example: string, more: Partial<Axis> = {}): Axis => ({
  id: field,
  label,
  example,
  read: numbersOf,
  help: "Numbers with commas between, or a range: 4-20 (+4), 0-1 [5].",
  change: (value) => ({ [field]: settingsSchema.shape[field].parse(value === "" ? undefined : Number(value)) }),
  ...more,
});

const digits = (field: "seed" | "variationSeed", label: string, example: string, more: Partial<Axis> = {}): Axis => ({
  ...{ id: field, label, example, read: numbersOf },
  help: "Seeds with commas between, or a range: 1-4.",
  change: (value) => ({ [field]: settingsSchema.shape[field].parse(value) }),
  ...more,
});

const words = (field: "prompt" | "negative", label: string, example: string): Axis => ({
  id: field === "prompt" ? "words" : "negativeWords",
  label,
  example,
  read: valuesOf,
  help: "The first is searched for, the others take its place; quote a value with a comma in it.",
  change: (value, settings, values) => ({ [field]: settings[field].replaceAll(values[0] ?? value, value) }),
  problem: ([first = ""], settings) =>
    settings[field].includes(first)
      ? undefined
      : `The first word, “${first}”, must be in the ${field === "prompt" ? "prompt" : "negative prompt"}: the others take its place.`,
});

const hasHires = {
  problem: (_: readonly string[], { hires }: Settings) =>
    hires === null ? "Switch the hires fix on first." : undefined,
};
const hasVariation = {
  problem: (_: readonly string[], { variationStrength }: Settings) =>
    variationStrength === 0 ? "Give Variation a strength first." : undefined,
};

const sampler: Axis = {
  id: "sampler",
  label: "Sampler",
  example: "euler, heun, DPM++ 2M Karras",
  read: valuesOf,
  help: "Names of samplers, each with a spacing after it or without.",
  change(value, { spacing }) {
    samplerNamed(value);
    const choice = splitSampler(value);
    return { ...choice, spacing: choice.spacing ?? spacing };
  },
};

const spacing: Axis = {
  id: "spacing",
  label: "Spacing",
  example: "Normal, Karras, Exponential",
  read: valuesOf,
  help: "Names of spacings, for the sampler that Settings names.",
  change(value) {
    const word = Object.keys(scheduleWords).find((name) => name.toLowerCase() === value.toLowerCase());
    if (word === undefined) throw new Error(value);
    return { spacing: word };
  },
  problem: (_, settings) =>
    settings.sampler === null ? "Choose a sampler in Settings first: a spacing goes with it." : undefined,
};

const size: Axis = {
  id: "size",
  label: "Size",
  example: "128x128, 96x128, 192x128",
  read: valuesOf,
  help: "Width and height in pixels, as 128x96.",
  change(value) {
    const [, width, height] = /^(\d+)\s*[x×]\s*(\d+)$/i.exec(value) ?? [];
    const { shape } = settingsSchema;
    return { width: shape.width.parse(Number(width)), height: shape.height.parse(Number(height)) };
  },
};

const style: Axis = {
  id: "style",
  label: "Style",
  example: "none, Sky, Sunset",
  read: valuesOf,
  help: "Names of styles, which take the place of the chosen ones; none for no style.",
  change(value) {
    if (value.toLowerCase() === "none") return { styles: [] };
    if (stylesNamed([value]).length === 0) throw new Error(value);
    return { styles: [value] };
  },
};

/** Every axis; words in place of a prompt's first are A1111's "prompt S/R". */
export const axes: readonly Axis[] = [
  number("steps", "Steps", "4, 8, 20"),
  number("guidance", "Guidance", "1, 4, 8"),
  digits("seed", "Seed", "1, 2, 3"),
  sampler,
  spacing,
  words("prompt", "Words of the prompt", "horse, dog, cat"),
  words("negative", "Words of the negative prompt", "blue, red"),
  style,
  size,
  number("variationStrength", "Variation", "0, 0.1, 0.25, 0.5"),
  digits("variationSeed", "Variation seed", "1, 2, 3", hasVariation),
  number("hires", "Hires scale", "1.25, 1.5, 2"),
  number("hiresStrength", "Hires strength", "0.3, 0.5, 0.7", hasHires),
  number("hiresSteps", "Hires steps", "8, 20, 40", hasHires),
  number("strength", "Strength", "0.3, 0.5, 0.7, 1"),
  number("guidanceRescale", "Guidance rescale", "0, 0.5, 1"),
  number("clipSkip", "Clip skip", "0, 1, 2"),
];

/** A side of a grid. */
export interface AxisValues {
  readonly axis: Axis;
  readonly values: readonly string[];
}

/** The settings of a value. */
export const withValue = (settings: Settings, { axis, values }: AxisValues, value: string): Settings => ({
  ...settings,
  ...axis.change(value, settings, values),
});

/** What is wrong with the values of a side, in words; undefined where nothing is. */
export function axisProblem({ axis, values }: AxisValues, settings: Settings): string | undefined {
  if (values.length === 0) return "Give at least one value.";
  const problem = axis.problem?.(values, settings);
  if (problem !== undefined) return problem;
  const wrong = values.find((value) => {
    try {
      axis.change(value, settings, values);
      return false;
    } catch {
      return true;
    }
  });
  if (wrong !== undefined) return `“${wrong}” is no value of ${axis.label.toLowerCase()}.`;
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  return twice === undefined ? undefined : `“${twice}” stands there twice.`;
}

/** What is wrong with two sides together. */
export const gridProblem = (x: AxisValues, y: AxisValues): string | undefined =>
  x.axis.id === y.axis.id ? "Rows and columns change the same setting: choose another for one of them." : undefined;

import { samplerNamed } from "aquatint/diffusion";
import { splitSampler } from "../settings/samplers.ts";
import { type Settings, settingsSchema } from "../settings/settings.ts";

/** A setting that may run along a side of a grid. */
export interface Axis {
  readonly id: string;
  readonly label: string;
  /** Values for a first try. */
  readonly example: string;
  /** Changes of the settings for one value. @throws where the value is none of the setting. */
  readonly change: (value: string, settings: Settings) => Partial<Settings>;
}

const number = (
  field: "steps" | "guidance" | "guidanceRescale" | "strength",
  label: string,
  example: string,
): Axis => ({
  id: field,
  label,
  example,
  change: (value) => ({ [field]: settingsSchema.shape[field].parse(value === "" ? undefined : Number(value)) }),
});

/** Every axis; words in place of a prompt's first are A1111's "prompt S/R". */
export const axes: readonly Axis[] = [
  number("steps", "Steps", "4, 8, 20"),
  number("guidance", "Guidance", "1, 4, 8"),
  {
    id: "seed",
    label: "Seed",
    example: "1, 2, 3",
    change: (value) => ({ seed: settingsSchema.shape.seed.parse(value) }),
  },
  {
    id: "sampler",
    label: "Sampler",
    example: "euler, heun, DPM++ 2M Karras",
    change(value) {
      samplerNamed(value);
      return splitSampler(value);
    },
  },
  {
    id: "words",
    label: "Words of the prompt",
    example: "horse, dog, cat",
    change: (value) => ({ prompt: value }),
  },
  number("guidanceRescale", "Guidance rescale", "0, 0.5, 1"),
];

/** Values of a line of text, parted by commas. */
export const valuesOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((value) => value.trim())
    .filter(Boolean);

/** A side of a grid. */
export interface AxisValues {
  readonly axis: Axis;
  readonly values: readonly string[];
}

/** The settings of a value; of words each takes the place of the first of the list. */
export function withValue(settings: Settings, { axis, values }: AxisValues, value: string): Settings {
  if (axis.id !== "words") return { ...settings, ...axis.change(value, settings) };
  return { ...settings, prompt: settings.prompt.replaceAll(values[0] ?? value, value) };
}

/** What is wrong with the values of a side, in words; undefined where nothing is. */
export function axisProblem({ axis, values }: AxisValues, settings: Settings): string | undefined {
  if (values.length === 0) return "Give at least one value.";
  if (axis.id === "words" && !settings.prompt.includes(values[0] ?? "")) {
    return `The first word, “${values[0]}”, must be in the prompt: the others take its place.`;
  }
  const wrong = values.find((value) => {
    try {
      axis.change(value, settings);
      return false;
    } catch {
      return true;
    }
  });
  return wrong === undefined ? undefined : `“${wrong}” is no value of ${axis.label.toLowerCase()}.`;
}

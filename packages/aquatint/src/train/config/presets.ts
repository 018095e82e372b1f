import type { z } from "zod";
import type { JsonObject } from "../../util/json.ts";
import type { trainingConfig } from "./training.ts";

/** Values that a preset fills in where a configuration says nothing. */
export interface Preset {
  /** Purpose in one sentence. */
  readonly summary: string;
  readonly training: Partial<z.input<typeof trainingConfig>>;
  readonly checkpoint_minutes?: number;
}

/** Every preset, by the purpose that a configuration names. A length is only filled in where the configuration has none. */
export const presets = {
  smoke: {
    summary: "Twenty steps to see that everything works.",
    training: { steps: 20, warmup_steps: 5, batch_size: 4, ema: { steps: 10 } },
    checkpoint_minutes: 1,
  },
  quick: {
    summary: "Half an hour: blobs of the right colors, and whether the data is worth a night.",
    training: { minutes: 30, warmup_steps: 100, batch_size: 16, learning_rate: 1e-3, ema: { steps: 200 } },
    checkpoint_minutes: 5,
  },
  overnight: {
    summary: "Eight hours from random weights.",
    training: { minutes: 480, warmup_steps: 500, batch_size: 16, learning_rate: 6e-4, ema: { steps: 1000 } },
    checkpoint_minutes: 10,
  },
  "fine-tune": {
    summary:
      "A model of --init-from on other images: small steps, until the loss no longer falls or two hours are over.",
    training: {
      minutes: 120,
      plateau: { window: 300, patience: 2000 },
      warmup_steps: 50,
      batch_size: 16,
      learning_rate: 1e-4,
      learning_rate_schedule: { name: "constant" },
      ema: { steps: 500 },
    },
    checkpoint_minutes: 5,
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** A change by a preset: "training.minutes = 30". */
export type PresetChange = readonly [path: string, value: unknown];

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const lengths = ["steps", "minutes", "plateau"];

/** A configuration with the preset that it names under it, and what that changed; one that names none stays. */
export function withPreset(json: unknown): { readonly json: unknown; readonly changes: readonly PresetChange[] } {
  if (!isObject(json) || typeof json["preset"] !== "string") return { json, changes: [] };
  const preset: Preset | undefined = Object.hasOwn(presets, json["preset"])
    ? presets[json["preset"] as keyof typeof presets]
    : undefined;
  const overrides = json["training"] ?? {};
  if (!preset || !isObject(overrides)) return { json, changes: [] };
  const hasLength = lengths.some((key) => key in overrides);
  const offered = Object.entries(preset.training).filter(
    ([key]) => !(key in overrides) && !(hasLength && lengths.includes(key)),
  );
  const minutes = "checkpoint_minutes" in json ? [] : [["checkpoint_minutes", preset.checkpoint_minutes] as const];
  const training = { ...Object.fromEntries(offered), ...overrides };
  return {
    json: { ...Object.fromEntries(minutes), ...json, training },
    changes: [...offered.map(([key, value]) => [`training.${key}`, value] as const), ...minutes],
  };
}

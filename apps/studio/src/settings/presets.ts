import type { Settings } from "./settings.ts";

/** A quality: how many steps the image takes. */
export interface Quality {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly steps: number | null;
}

/** Qualities, the quickest first; null is the model's own number of steps. */
export const qualities: readonly Quality[] = [
  { id: "quick", label: "Quick", help: "8 steps: a sketch in less than half the time", steps: 8 },
  { id: "balanced", label: "Balanced", help: "the model's own number of steps", steps: null },
  { id: "fine", label: "Fine", help: "40 steps: more detail, twice the time", steps: 40 },
];

/** The quality that settings have, "custom" for other steps. */
export const qualityOf = ({ steps }: Pick<Settings, "steps">): string =>
  qualities.find((quality) => quality.steps === steps)?.id ?? "custom";

/** A size as a share of what the model was trained at. */
export interface SizePreset {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

/** Sizes for a model: its own, and some of other proportions in whole units. */
export function sizePresets(sampleSize: number, multiple: number): readonly SizePreset[] {
  const units = (share: number) => Math.max(multiple, Math.round((sampleSize * share) / multiple) * multiple);
  const preset = (label: string, width: number, height: number) => ({
    id: `${units(width)}x${units(height)}`,
    label,
    width: units(width),
    height: units(height),
  });
  return [
    preset("Square", 1, 1),
    preset("Portrait", 0.75, 1),
    preset("Landscape", 1, 0.75),
    preset("Tall", 1, 1.5),
    preset("Wide", 1.5, 1),
    preset("Large square", 1.5, 1.5),
  ];
}

/** The size that settings have. */
export const sizeOf = ({ width, height }: Pick<Settings, "width" | "height">, sampleSize: number): string =>
  `${width ?? sampleSize}x${height ?? sampleSize}`;

import type { FewSteps } from "../engine/forms.ts";
import type { Settings } from "./settings.ts";

/** What the settings of a quality depend on. */
interface QualityModel {
  readonly fewSteps?: FewSteps | undefined;
}

/** A quality: how many steps the image takes. */
export interface Quality {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly settings: Pick<Settings, "steps" | "fewSteps"> & Partial<Pick<Settings, "guidance">>;
}

const QUICK_STEPS = 8;

/** The quickest quality of a model: its own form for few steps, or else fewer steps of the model. */
const quick = ({ fewSteps: form }: QualityModel): Quality =>
  form
    ? {
        ...{
          id: "quick",
          label: "Quick",
          help: `${form.steps} steps, in the model's own form for few: faster, and a little less exact`,
        },
        settings: { steps: form.steps, guidance: form.guidance, fewSteps: true },
      }
    : {
        ...{ id: "quick", label: "Quick", help: `${QUICK_STEPS} steps: a sketch in less than half the time` },
        settings: { steps: QUICK_STEPS, fewSteps: false },
      };

/** Qualities of a model, the quickest first; null is the model's own number of steps. */
export const qualitiesOf = (model: QualityModel): readonly Quality[] => [
  quick(model),
  {
    ...{ id: "balanced", label: "Balanced", help: "the model's own number of steps" },
    settings: { steps: null, fewSteps: false },
  },
  {
    ...{ id: "fine", label: "Fine", help: "40 steps: more detail, twice the time" },
    settings: { steps: 40, fewSteps: false },
  },
];

/** The quality that settings have with a model, "custom" for other steps. */
export const qualityOf = ({ steps, fewSteps }: Pick<Settings, "steps" | "fewSteps">, model: QualityModel): string =>
  qualitiesOf(model).find(({ settings }) => settings.steps === steps && settings.fewSteps === fewSteps)?.id ?? "custom";

/** What a quality changes in settings. The guidance of the form for few steps goes with it. */
export function withQuality({ settings }: Quality, current: Pick<Settings, "fewSteps">): Partial<Settings> {
  const leavesForm = current.fewSteps && !settings.fewSteps;
  return { ...(leavesForm && { guidance: null }), ...settings };
}

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

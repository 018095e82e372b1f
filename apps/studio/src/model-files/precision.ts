import type { TextToImageModel } from "aquatint";
import { type MemoryPlan, type Precision, withPrecision } from "aquatint/pipelines";
import type { DeviceLimits } from "./device-limits.ts";

/** A form in which a visitor's model may compute. */
interface PrecisionForm {
  /** True where it needs a device with float16. */
  readonly isHalf: boolean;
  /** Bits of the weights of the U-Net's linear layers; those of the precision when absent. */
  readonly bits?: 8 | 4;
}

const forms = {
  float32: { isHalf: false },
  float16: { isHalf: true },
  q8: { isHalf: false, bits: 8 },
  q4: { isHalf: false, bits: 4 },
  q8f16: { isHalf: true, bits: 8 },
  q4f16: { isHalf: true, bits: 4 },
} as const satisfies Partial<Record<Precision, PrecisionForm>>;

/** Precisions of the page. */
export type ModelPrecision = keyof typeof forms;

/** The precision that nobody chose: half where the device has it. */
export const defaultPrecision = ({ hasFloat16 }: Pick<DeviceLimits, "hasFloat16">): ModelPrecision =>
  hasFloat16 ? "float16" : "float32";

/** A precision with the bytes that an image takes in it, estimated. */
export interface PrecisionChoice {
  readonly precision: ModelPrecision;
  readonly bytes: number;
}

/** The precisions that a device has: of forms with the same bits, the half one where there is float16. */
const offered = ({ hasFloat16 }: Pick<DeviceLimits, "hasFloat16">): readonly ModelPrecision[] => {
  const names = Object.keys(forms) as ModelPrecision[];
  if (!hasFloat16) return names.filter((name) => !forms[name].isHalf);
  return names.filter((name) => forms[name].isHalf || name === "float32");
};

/** Bytes that a rounded weight saves beside the way in which a plan holds it; a block of 32 has a scale. */
function savedBytes({ locations }: TextToImageModel, { weightMemory }: MemoryPlan, bits: number): number {
  let saved = 0;
  for (const [name, { shape, length }] of locations) {
    if (!name.startsWith("unet.") || shape.length !== 2) continue;
    const count = shape.reduce((a, b) => a * b, 1);
    const present = weightMemory === "packed" && length < 4 * count ? length + 4 * count : length;
    saved += present - count * (bits / 8 + 4 / 32);
  }
  return Math.max(0, saved);
}

/** The precisions in which a model fits, by the plan of it without a limit. */
export function fittingPrecisions(
  model: TextToImageModel,
  unlimited: MemoryPlan,
  limits: DeviceLimits,
): readonly PrecisionChoice[] {
  return offered(limits)
    .map((precision) => {
      const form: PrecisionForm = forms[precision];
      return { precision, bytes: unlimited.bytes - (form.bits ? savedBytes(model, unlimited, form.bits) : 0) };
    })
    .filter(({ bytes }) => bytes <= limits.budget);
}

/** A model in a precision. Weights are rounded once, however often they are bound. @throws AquatintError "precision/…". */
export function modelIn(
  model: TextToImageModel,
  precision: ModelPrecision,
  { device }: Pick<DeviceLimits, "device">,
): TextToImageModel {
  if (precision === "float32") return model;
  const changed = withPrecision(model, { precision, device });
  let binding: ReturnType<TextToImageModel["binding"]> | undefined;
  return {
    ...changed,
    binding() {
      binding ??= changed.binding();
      return binding;
    },
  };
}

/** Whether a precision may overflow where float32 does not. */
export const isHalf = (precision: ModelPrecision): boolean => forms[precision].isHalf;

/** The precision with the same weights that computes in float32. */
export const widened = (precision: ModelPrecision): ModelPrecision => {
  const { bits }: PrecisionForm = forms[precision];
  return bits === undefined ? "float32" : `q${bits}`;
};

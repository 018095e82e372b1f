import { z } from "zod";
import { number } from "../fields.ts";
import { notHere } from "./error.ts";
import { flag } from "./flag.ts";

const unitSchema = z.looseObject({
  enabled: flag.nullish(),
  image: z.unknown().optional(),
  input_image: z.string().nullish(),
  module: z.string().nullish(),
  model: z.string().nullish(),
  weight: number(z.number().min(0).max(10)).nullish(),
  guidance_start: number(z.number().min(0).max(1)).nullish(),
  guidance_end: number(z.number().min(0).max(1)).nullish(),
  control_mode: z.union([z.string(), z.number()]).nullish(),
  hr_option: z.string().nullish(),
  mask: z.unknown().optional(),
});

/** ControlNets of a request: the argument "controlnet" of `alwayson_scripts`; a unit without an image takes `init`. */
export function controlsOf(scripts: Readonly<Record<string, unknown>>, init = "") {
  const entries = Object.entries(scripts).map(([name, value]) => [name.toLowerCase(), value] as const);
  const strange = entries.find(([name]) => name !== "controlnet");
  if (strange) throw notHere(`always on script ${strange[0]}`, "leave it out");
  const args = (entries[0]?.[1] as { readonly args?: readonly unknown[] } | undefined)?.args ?? [];
  return args
    .map((unit) => unitSchema.parse(unit))
    .filter(({ enabled, model }) => enabled !== false && model && model.toLowerCase() !== "none")
    .map((unit) => {
      checkUnit(unit);
      const { model, weight, guidance_start, guidance_end, image, input_image } = unit;
      const source = typeof image === "object" && image !== null && "image" in image ? image.image : image;
      return {
        model: String(model),
        image: String(source || input_image || init),
        scale: weight ?? 1,
        start: guidance_start ?? 0,
        end: guidance_end ?? 1,
      };
    });
}

/** Refuses what would change the image and is not here. */
function checkUnit({ module, control_mode, hr_option, mask }: z.output<typeof unitSchema>): void {
  if (!isNone(module)) throw notHere(`the preprocessor ${module}`, "send its result as the image");
  if (![0, "balanced"].includes(lower(control_mode ?? 0)))
    throw notHere(`control_mode ${control_mode}`, "take Balanced");
  if (lower(hr_option ?? "Both") !== "both") throw notHere(`hr_option ${hr_option}`, "take Both");
  if (mask !== undefined && mask !== null && mask !== "") throw notHere("the mask of a ControlNet", "leave it out");
}

const lower = (value: string | number): string | number => (typeof value === "string" ? value.toLowerCase() : value);
/** Tells whether a unit names no preprocessor. */
export const isNone = (module: string | null | undefined): boolean => !module || lower(module) === "none";

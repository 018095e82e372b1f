import { z } from "zod";
import { notHere } from "./error.ts";

const unitSchema = z.looseObject({
  enabled: z.boolean().nullish(),
  image: z.unknown().optional(),
  input_image: z.string().nullish(),
  module: z.string().nullish(),
  model: z.string().nullish(),
  weight: z.coerce.number().min(0).max(10).nullish(),
  guidance_start: z.coerce.number().min(0).max(1).nullish(),
  guidance_end: z.coerce.number().min(0).max(1).nullish(),
});

/** ControlNets of a request: the argument "controlnet" of `alwayson_scripts`. */
export function controlsOf(scripts: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(scripts).map(([name, value]) => [name.toLowerCase(), value] as const);
  const strange = entries.find(([name]) => name !== "controlnet");
  if (strange) throw notHere(`always on script ${strange[0]}`, "leave it out");
  const args = (entries[0]?.[1] as { readonly args?: readonly unknown[] } | undefined)?.args ?? [];
  return args
    .map((unit) => unitSchema.parse(unit))
    .filter(({ enabled, model }) => enabled !== false && model && model.toLowerCase() !== "none")
    .map(({ module, model, weight, guidance_start, guidance_end, image, input_image }) => {
      if (module && module.toLowerCase() !== "none")
        throw notHere(`the preprocessor ${module}`, "send its result as the image");
      const source = typeof image === "object" && image !== null && "image" in image ? image.image : image;
      return {
        model: String(model),
        image: String(source ?? input_image ?? ""),
        scale: weight ?? 1,
        start: guidance_start ?? 0,
        end: guidance_end ?? 1,
      };
    });
}

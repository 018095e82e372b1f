import { AquatintError } from "../../errors.ts";
import type { Size } from "../../formats/image/resize.ts";
import { required } from "../../util/items.ts";
import type { Img2ImgOptions } from "./img2img.ts";

/** A finished image that is enlarged and made again from there, which gives large images one composition. */
export interface HiresFixOptions {
  readonly hires?:
    | {
        /** Factor of both sides, above 1 .. 8; rounded to what the model can make. */
        readonly scale: number;
        /** Share of the steps that are walked again, above 0 .. 1; 0.5 if absent. */
        readonly strength?: number | undefined;
        /** Steps of the sampler, of which that share is walked; as many as before if absent. */
        readonly steps?: number | undefined;
      }
    | undefined;
}

/** The choices where the caller makes none. */
export const hiresFixDefaults = { strength: 0.5 } as const;
const MAX_SCALE = 8;

/** The options of the larger image's plan, and how much of it is walked. @throws AquatintError "generate/hires". */
export function hiresFixOptions<T extends HiresFixOptions & Img2ImgOptions & { readonly steps?: number | undefined }>(
  options: T,
  { width, height, multiple }: Size & { readonly multiple: number },
) {
  const { scale, steps = options.steps, strength = hiresFixDefaults.strength } = required(options.hires, "hires");
  if (!(scale > 1 && scale <= MAX_SCALE)) {
    throw new AquatintError("generate/hires", `expected a scale above 1 and at most ${MAX_SCALE}, got ${scale}`, {
      hint: "1.5 and 2 are usual",
    });
  }
  if (options.init) {
    throw new AquatintError("generate/hires", "an image that begins with another is not enlarged afterwards", {
      hint: "give it a larger size in the first place",
    });
  }
  const side = (length: number) => Math.round((length * scale) / multiple) * multiple;
  return { larger: { ...options, steps, width: side(width), height: side(height) }, strength };
}

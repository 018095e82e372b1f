import { z } from "zod";
import { imageFields, sizeFields } from "../fields.ts";
import { prepareImages } from "../images.ts";
import { defineKind } from "../kind.ts";

/** Images of a prompt, in one pass or with a hires fix. */
export const textToImage = defineKind({
  name: "text-to-image",
  summary: "Makes images from a prompt.",
  images: ["controls.*.image"],
  schema: z.object({
    ...imageFields,
    ...sizeFields,
    hires: z
      .object({
        scale: z.number().gt(1).max(8),
        strength: z.number().gt(0).max(1).optional(),
        steps: z.int().min(1).max(1000).optional(),
      })
      .optional()
      .describe("hires fix: makes each image again in a larger size"),
  }),
  prepare: ({ hires, width, height, ...request }, context) => prepareImages(request, { hires, width, height }, context),
});

import { z } from "zod";
import { fitField, imageField, imageFields, sizeFields } from "../fields.ts";
import { prepareImages } from "../images.ts";
import { planInpainting } from "../inpainting/inpainting.ts";
import { defineKind } from "../kind.ts";
import { openedModel } from "../opened-models.ts";

/** Images of which a part is painted anew. */
export const inpainting = defineKind({
  name: "inpainting",
  summary: "Makes a masked part of an image again.",
  images: ["image", "mask", "controls.*.image"],
  schema: z.object({
    ...imageFields,
    ...sizeFields,
    image: imageField,
    mask: imageField.describe("areas that are transparent, or at least half as bright as white, are made again"),
    maskAlpha: z
      .enum(["transparent", "opaque"])
      .default("transparent")
      .describe("opaque: in a mask with transparency, the opaque areas are made again, however bright they are"),
    strength: z.number().gt(0).max(1).default(1).describe("how much the masked part may change"),
    fit: fitField,
    invert: z.boolean().default(false).describe("makes everything outside of the mask again instead"),
    maskBlur: z
      .number()
      .min(0)
      .max(64)
      .default(0)
      .describe("softness of the mask's edge: standard deviation in pixels"),
    region: z
      .enum(["whole", "masked"])
      .default("whole")
      .describe(
        "masked: only the area around the mask is made, in the size of the request, and then put back into the image",
      ),
    padding: z.int().min(0).max(1024).default(32).describe("pixels around the mask that belong to this area"),
    fill: z.enum(["original", "blur"]).default("original").describe("content of the masked part before the first step"),
  }),
  async prepare({ image, mask, strength, fit, region, padding, fill, ...fields }, context) {
    const { maskAlpha, invert, maskBlur, ...request } = fields;
    const [init, area] = await Promise.all([context.image(image), context.image(mask)]);
    const { path } = await context.models.find("model", request.model);
    const { sampleSize } = (await openedModel({ model: path })).model.modules;
    const size = { width: request.width ?? sampleSize, height: request.height ?? sampleSize };
    const planned = planInpainting(
      { image: init, mask: area, size, fit },
      { maskAlpha, invert, maskBlur, region, padding, fill },
    );
    return prepareImages(request, { ...planned, ...size, strength }, context);
  },
});

import { z } from "zod";
import { fitField, imageField, imageFields, sizeFields } from "../fields.ts";
import { prepareImages } from "../images.ts";
import { planInpainting } from "../inpainting/inpainting.ts";
import { defineKind } from "../kind.ts";
import { openedModel } from "../opened-models.ts";

/** Images of which a part is painted anew. */
export const inpainting = defineKind({
  name: "inpainting",
  summary: "Paints a part of an image anew.",
  images: ["image", "mask", "controls.*.image"],
  schema: z.object({
    ...imageFields,
    ...sizeFields,
    image: imageField,
    mask: imageField.describe("what is at least half as bright as white, or transparent, is painted"),
    maskAlpha: z
      .enum(["transparent", "opaque"])
      .default("transparent")
      .describe("opaque: of a mask with transparency, what is not transparent is painted, however bright it is"),
    strength: z.number().gt(0).max(1).default(1).describe("how far to go from the image inside the mask"),
    fit: fitField,
    invert: z.boolean().default(false).describe("paints what the mask does not show"),
    maskBlur: z.number().min(0).max(64).default(0).describe("standard deviation of the mask's edge in pixels"),
    region: z
      .enum(["whole", "masked"])
      .default("whole")
      .describe("masked: the part around the mask is drawn in the size of the request and put back"),
    padding: z.int().min(0).max(1024).default(32).describe("pixels around the mask that belong to its part"),
    fill: z.enum(["original", "blur"]).default("original").describe("what the masked part begins with"),
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

import { z } from "zod";
import { imageField, imageFields, sizeFields } from "../fields.ts";
import { prepareImages } from "../images.ts";
import { defineKind } from "../kind.ts";

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
    strength: z.number().gt(0).max(1).default(1).describe("how far to go from the image inside the mask"),
  }),
  async prepare({ image, mask, strength, width, height, ...request }, context) {
    const [init, area] = await Promise.all([context.image(image), context.image(mask)]);
    return prepareImages(request, { init, mask: area, strength, width, height }, context);
  },
});

import { z } from "zod";
import { imageField, imageFields, sizeFields } from "../fields.ts";
import { prepareImages } from "../images.ts";
import { defineKind } from "../kind.ts";

/** Images that begin with another. */
export const imageToImage = defineKind({
  name: "image-to-image",
  summary: "Changes an image by a prompt.",
  images: ["image", "controls.*.image"],
  schema: z.object({
    ...imageFields,
    ...sizeFields,
    image: imageField,
    strength: z.number().gt(0).max(1).default(0.75).describe("how far to go from the image"),
  }),
  async prepare({ image, strength, width, height, ...request }, context) {
    const init = await context.image(image);
    return prepareImages(request, { init, strength, width, height }, context);
  },
});

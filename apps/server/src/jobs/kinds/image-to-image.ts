import { flattenAlpha, resized } from "aquatint/formats";
import { z } from "zod";
import { fitField, imageField, imageFields, sizeFields } from "../fields.ts";
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
    fit: fitField,
    strength: z.number().gt(0).max(1).default(0.75).describe("how much the image may change"),
  }),
  async prepare({ image, fit, strength, width, height, ...request }, context) {
    const source = await context.image(image);
    const isStretched = fit === "stretch" && width !== undefined && height !== undefined;
    const init = isStretched ? resized(flattenAlpha(source), { width, height }) : source;
    return prepareImages(request, { init, strength, width, height }, context);
  },
});

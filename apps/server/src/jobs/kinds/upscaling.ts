import { z } from "zod";
import { imageField, imageFields } from "../fields.ts";
import { prepareImages } from "../images.ts";
import { defineKind } from "../kind.ts";
import { openedModel } from "../opened-models.ts";

/** Images that are enlarged and drawn again from there. */
export const upscaling = defineKind({
  name: "upscaling",
  summary: "Enlarges an image and makes its details again.",
  images: ["image", "controls.*.image"],
  schema: z.object({
    ...imageFields,
    image: imageField,
    scale: z.number().gt(1).max(8).default(2),
    strength: z.number().gt(0).max(1).default(0.3).describe("how much the details may change"),
  }),
  async prepare({ image, scale, strength, ...request }, context) {
    const init = await context.image(image);
    const { path } = await context.models.find("model", request.model);
    const { multiple } = (await openedModel({ model: path })).model.modules;
    const side = (length: number) => Math.max(multiple, Math.round((length * scale) / multiple) * multiple);
    const size = { width: side(init.width), height: side(init.height) };
    return prepareImages(request, { init, strength, ...size }, context);
  },
});

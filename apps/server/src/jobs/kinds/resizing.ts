import { AquatintError } from "aquatint";
import { resized } from "aquatint/formats";
import { encodeImage, imageFormats } from "aquatint/node";
import { z } from "zod";
import { imageField } from "../fields.ts";
import { defineKind } from "../kind.ts";

/** Images in another size, by Lanczos' filter alone. */
export const resizing = defineKind({
  name: "resizing",
  summary: "Resizes an image with a Lanczos filter, without a model.",
  images: ["image"],
  schema: z.object({
    image: imageField,
    scale: z.number().gt(0).max(8).optional().describe("factor of both sides; or give width and height"),
    width: z.int().min(1).max(16384).optional(),
    height: z.int().min(1).max(16384).optional(),
    format: z.enum(["png", "jpeg", "webp"]).default("png"),
    quality: z.int().min(1).max(100).optional(),
  }),
  async prepare({ image, scale, width, height, format, quality }, context) {
    const source = await context.image(image);
    const size = {
      width: width ?? Math.max(1, Math.round(source.width * (scale ?? 0))),
      height: height ?? Math.max(1, Math.round(source.height * (scale ?? 0))),
    };
    if (scale === undefined && (width === undefined || height === undefined)) {
      throw new AquatintError("request/size-missing", "there is no size", { hint: "give scale, or width and height" });
    }
    return {
      ...{ queue: "", model: "", limited: false },
      work: { pixels: size.width * size.height, steps: 1, images: 1 },
      async *run() {
        const bytes = await encodeImage(resized(source, size), { format: imageFormats[format], quality });
        const extension = format === "jpeg" ? "jpg" : format;
        yield { type: "file", bytes, extension, mimeType: `image/${format}`, seed: 0, ...size, infotext: "" };
      },
    };
  },
});

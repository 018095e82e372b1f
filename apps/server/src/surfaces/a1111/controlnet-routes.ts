import { encodePng } from "aquatint";
import { decodeImage } from "aquatint/node";
import type { Hono } from "hono";
import { z } from "zod";
import { imageBytes } from "../../jobs/inputs.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import { isNone } from "./controlnet.ts";
import { WebUiError } from "./error.ts";
import { parsedBody } from "./generation.ts";

const detectSchema = z.looseObject({
  controlnet_module: z.string().nullish(),
  controlnet_images: z.array(z.string()).max(16).nullish(),
});

/** Adds the routes of the extension: its one preprocessor is "none", which leaves images as they are. */
export function addControlNet(app: Hono<Env>, { models, limits }: SurfaceTools): void {
  app.get("/controlnet/version", (c) => c.json({ version: 2 }));
  app.get("/controlnet/model_list", async (c) =>
    c.json({ model_list: (await models.list("controlnet")).map(({ name }) => name) }),
  );
  app.get("/controlnet/module_list", (c) => c.json({ module_list: ["none"], module_detail: {} }));
  app.post("/controlnet/detect", async (c) => {
    const { controlnet_module: module, controlnet_images: texts } = await parsedBody(c, detectSchema);
    if (!isNone(module)) throw new WebUiError(422, "Module not available", "send the result of another program");
    if (!texts?.length) throw new WebUiError(422, "No image selected");
    const { maxPixels } = limits;
    const images = texts.map(async (text) => {
      const image = await decodeImage(imageBytes(text, "controlnet_images"), { name: "controlnet_images", maxPixels });
      return Buffer.from(encodePng(image)).toString("base64");
    });
    return c.json({ images: await Promise.all(images), info: "Success" });
  });
}

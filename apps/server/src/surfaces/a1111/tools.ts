import { imageTexts, parseInfotext } from "aquatint/formats";
import type { Context, Hono } from "hono";
import { z } from "zod";
import { jobError } from "../../jobs/errors.ts";
import { imageBytes } from "../../jobs/inputs.ts";
import { kindNamed } from "../../jobs/kinds/index.ts";
import { endOrCancel } from "../disconnect.ts";
import { number } from "../fields.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import { notHere, WebUiError } from "./error.ts";
import { parsedBody } from "./generation.ts";

const extraFields = {
  resize_mode: number(z.int().min(0).max(1)).nullish(),
  gfpgan_visibility: z.number().nullish(),
  codeformer_visibility: z.number().nullish(),
  upscaling_resize: number(z.number().gt(0).max(8)).nullish(),
  upscaling_resize_w: number(z.int().min(1).max(16384)).nullish(),
  upscaling_resize_h: number(z.int().min(1).max(16384)).nullish(),
  upscaler_1: z.string().nullish(),
  upscaler_2: z.string().nullish(),
  extras_upscaler_2_visibility: z.number().nullish(),
};
const singleSchema = z.looseObject({ ...extraFields, image: z.string() });
const batchSchema = z.looseObject({ ...extraFields, imageList: z.array(z.looseObject({ data: z.string() })).max(64) });
type Extra = z.output<z.ZodObject<typeof extraFields>>;

/** Adds the routes that read and resize images. */
export function addTools(app: Hono<Env>, tools: SurfaceTools): void {
  app.post("/sdapi/v1/png-info", async (c) => {
    const { image } = await parsedBody(c, z.looseObject({ image: z.string() }));
    return c.json(await pngInfo(image));
  });
  app.post("/sdapi/v1/extra-single-image", async (c) => {
    const { image, ...extra } = await parsedBody(c, singleSchema);
    return c.json({ html_info: "", image: await resizedImage(c, { image, extra, tools }) });
  });
  app.post("/sdapi/v1/extra-batch-images", async (c) => {
    const { imageList, ...extra } = await parsedBody(c, batchSchema);
    const images = await Promise.all(imageList.map(({ data }) => resizedImage(c, { image: data, extra, tools })));
    return c.json({ html_info: "", images });
  });
  app.post("/sdapi/v1/interrogate", () => {
    throw new WebUiError(404, "Model not found");
  });
}

/** The settings in an image's file; empty where there are none, as in the web UI. */
async function pngInfo(image: string) {
  const { parameters, UserComment, ...items } = await imageTexts(imageBytes(image, "image"));
  const info = parameters ?? UserComment ?? "";
  const { prompt, negative, settings } = parseInfotext(info);
  return {
    info,
    items: { parameters: info, ...items },
    parameters: info === "" ? {} : { Prompt: prompt, "Negative prompt": negative, ...settings },
  };
}

interface ExtraInput {
  readonly image: string;
  readonly extra: Extra;
  readonly tools: SurfaceTools;
}

/** An image in another size, as base64 of a PNG file. */
async function resizedImage(c: Context<Env>, { image, extra, tools: { jobs } }: ExtraInput): Promise<string> {
  const kind = kindNamed("resizing");
  const owner = c.var.account.name;
  const request = kind.schema.parse({ image, ...sizeOf(extra) });
  const job = await jobs.submit({ owner, surface: "a1111", kind, request });
  const { error } = await endOrCancel(c, job, { jobs });
  if (error) throw jobError(error);
  return Buffer.from((await jobs.file(owner, job.id, 0)).bytes).toString("base64");
}

function sizeOf(extra: Extra) {
  const isUsed = (name: string | null | undefined) => ![undefined, null, "", "None"].includes(name);
  if ((extra.gfpgan_visibility ?? 0) > 0 || (extra.codeformer_visibility ?? 0) > 0)
    throw notHere("face restoration", "set its visibility to 0");
  if (isUsed(extra.upscaler_2) && (extra.extras_upscaler_2_visibility ?? 0) > 0)
    throw notHere("upscaler_2", "leave it out");
  if (!isUsed(extra.upscaler_1)) return { scale: 1 };
  if (extra.upscaler_1 !== "Lanczos") throw notHere(`the upscaler ${extra.upscaler_1}`, "take Lanczos");
  if (extra.resize_mode !== 1) return { scale: extra.upscaling_resize ?? 2 };
  return { width: extra.upscaling_resize_w ?? 512, height: extra.upscaling_resize_h ?? 512 };
}

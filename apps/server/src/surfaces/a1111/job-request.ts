import type { StoredRequest } from "../../jobs/types.ts";
import type { SurfaceTools } from "../surface.ts";
import { controlsOf } from "./controlnet.ts";
import { notHere, WebUiError } from "./error.ts";
import { chosenSettings } from "./options.ts";
import type { Img2ImgBody, SharedBody, Txt2ImgBody } from "./request.ts";
import { isOwnEta, samplerOf } from "./samplers.ts";

/** A request of the web UI as one of ours. */
export interface MappedRequest {
  readonly kind: "text-to-image" | "image-to-image" | "inpainting";
  readonly request: StoredRequest;
}

/** A body of txt2img as a job. @throws WebUiError for what is not here. */
export async function textRequest(body: Txt2ImgBody, tools: SurfaceTools, owner: string): Promise<MappedRequest> {
  if (body.firstpass_image !== undefined) throw notHere("firstpass_image", "leave it out");
  const { width, height } = body;
  const hires = body.enable_hr ? { hires: hiresOf(body) } : {};
  return { kind: "text-to-image", request: { ...(await sharedRequest(body, tools, owner)), width, height, ...hires } };
}

function hiresOf(body: Txt2ImgBody) {
  const { hr_upscaler: upscaler = "Lanczos", hr_resize_x: x, hr_resize_y: y, width, height } = body;
  // what the upscaler "None" leaves is resized by Lanczos in the web UI
  if (!["lanczos", "none"].includes(upscaler.toLowerCase())) {
    throw notHere(`the upscaler ${upscaler}`, "GET upscalers lists those that are here");
  }
  const keys = ["hr_checkpoint_name", "hr_sampler_name", "hr_scheduler", "hr_prompt", "hr_negative_prompt"] as const;
  const other = keys.find((key) => body[key] && !isSameAs(body, key));
  if (other) throw notHere(other, "the second pass uses what the first does");
  if (x !== 0 && y !== 0 && x * height !== y * width)
    throw notHere("hr_resize_x and hr_resize_y of other proportions", "give hr_scale");
  const scale = x !== 0 ? x / width : y !== 0 ? y / height : body.hr_scale;
  const steps = body.hr_second_pass_steps;
  return { scale, strength: body.denoising_strength, ...(steps > 0 && { steps }) };
}

/** Values with which clients say that the second pass is as the first. */
function isSameAs(body: Txt2ImgBody, key: string): boolean {
  const value = String(body[key]).toLowerCase();
  const same = {
    hr_sampler_name: body.sampler_name,
    hr_scheduler: body.scheduler,
    hr_prompt: body.prompt,
    hr_negative_prompt: body.negative_prompt,
  };
  return (
    value.startsWith("use same") || value === String((same as Readonly<Record<string, unknown>>)[key]).toLowerCase()
  );
}

const resizeModes = ["stretch", "crop"] as const;
/** Fillings of the masked part before it is painted, by the web UI's numbers. */
const fills = ["blur", "original"] as const;

/** A body of img2img as a job. @throws WebUiError for what is not here. */
export async function imageRequest(body: Img2ImgBody, tools: SurfaceTools, owner: string): Promise<MappedRequest> {
  const [image, ...surplus] = body.init_images ?? [];
  if (image === undefined) throw new WebUiError(404, "Init image not found");
  if (/^https?:/i.test(image)) throw new WebUiError(500, "Requests not allowed");
  if (surplus.length > 0) throw notHere("more than one init image", "send a request for each");
  const fit = resizeModes[body.resize_mode];
  if (fit === undefined) throw notHere(`resize_mode ${body.resize_mode}`, "take 0 or 1");
  if (![undefined, 1].includes(body.initial_noise_multiplier))
    throw notHere("initial_noise_multiplier", "leave it out");
  if (body.latent_mask !== undefined) throw notHere("latent_mask", "send mask");
  const { width, height, denoising_strength: strength, mask } = body;
  const controls = controlsOf(body.alwayson_scripts, image);
  const request = { ...(await sharedRequest(body, tools, owner)), controls, width, height, image, strength, fit };
  if (mask === undefined) return { kind: "image-to-image", request };
  const fill = fills[body.inpainting_fill];
  if (fill === undefined) throw notHere(`inpainting_fill ${body.inpainting_fill}`, "take 0 or 1");
  return {
    kind: "inpainting",
    request: {
      ...request,
      mask,
      maskAlpha: "opaque", // of a mask with transparency the web UI paints what is not transparent
      invert: body.inpainting_mask_invert === 1,
      maskBlur: body.mask_blur ?? Math.max(body.mask_blur_x, body.mask_blur_y),
      fill,
      region: body.inpaint_full_res ? "masked" : "whole",
      padding: body.inpaint_full_res_padding,
    },
  };
}

async function sharedRequest(body: SharedBody, tools: SurfaceTools, owner: string): Promise<StoredRequest> {
  checkSupported(body);
  const { prompt, negative_prompt: negative, seed, steps, cfg_scale: guidance, batch_size, n_iter } = body;
  const name = body.sampler_name ?? body.sampler_index ?? "Euler";
  const sampler = samplerOf(name, body.scheduler);
  if (!isOwnEta(name, body.eta)) throw notHere(`eta ${body.eta} for ${name}`, "leave it out");
  return {
    ...(await chosenSettings(tools, owner, body.override_settings)),
    ...{ prompt, negative, promptSyntax: "a1111", steps, guidance, sampler },
    ...(seed !== -1 && { seed: typeof seed === "string" ? seed : Math.floor(seed) }),
    count: batch_size * n_iter,
    batch: batch_size,
    controls: controlsOf(body.alwayson_scripts),
  };
}

/** Refuses what would change the image and is not here. */
function checkSupported(body: SharedBody): void {
  if (body.script_name) throw new WebUiError(422, `Script '${body.script_name}' not found`);
  const unsupported = {
    styles: body.styles.length > 0,
    subseed_strength: body.subseed_strength > 0,
    seed_resize_from_w: body.seed_resize_from_w > 0 || body.seed_resize_from_h > 0,
    restore_faces: body.restore_faces,
    tiling: body.tiling,
    refiner_checkpoint: Boolean(body.refiner_checkpoint),
    infotext: Boolean(body.infotext),
    disable_extra_networks:
      body.disable_extra_networks && /<(lora|lyco|hypernet):/.test(body.prompt + body.negative_prompt),
    s_churn: (body.s_churn ?? 0) !== 0,
    s_min_uncond: (body.s_min_uncond ?? 0) !== 0,
    s_noise: (body.s_noise ?? 1) !== 1,
  };
  const field = Object.entries(unsupported).find(([, isUsed]) => isUsed)?.[0];
  if (field !== undefined) throw notHere(field, "leave it out");
}

import { z } from "zod";
import { maybe, number } from "../fields.ts";
import { flag } from "./flag.ts";

/** A field that may be null, as clients send all of them: null is the default. */
const or = <T extends z.ZodType>(schema: T, standard: z.output<T>) =>
  schema.nullish().transform((value) => value ?? standard);
/** Texts of which empty ones say nothing. */
const texts = z.array(z.string()).transform((list) => list.filter((item) => item !== ""));
/** A number, or a text of digits, whose value may be larger than numbers of JSON hold exactly. */
const error = "expected a number from -1, or a text of up to 20 digits";
const seed = z.union([z.string().regex(/^\d{16,20}$/, error), number(z.number().min(-1))], { error });
const text = z.string().max(20_000);
const anything = z.record(z.string(), z.unknown());

const shared = {
  prompt: or(text, ""),
  negative_prompt: or(text, ""),
  styles: or(texts, []),
  seed: or(seed, -1),
  subseed: or(number(), -1),
  subseed_strength: or(number(), 0),
  seed_resize_from_h: or(number(), -1),
  seed_resize_from_w: or(number(), -1),
  sampler_name: maybe(z.string()),
  scheduler: maybe(z.string()),
  sampler_index: maybe(z.string()),
  batch_size: or(number(z.int().min(1).max(64)), 1),
  n_iter: or(number(z.int().min(1).max(100)), 1),
  steps: or(number(z.int().min(1).max(1000)), 50),
  cfg_scale: or(number(), 7),
  width: or(number(z.int().min(1).max(8192)), 512),
  height: or(number(z.int().min(1).max(8192)), 512),
  restore_faces: or(flag, false),
  tiling: or(flag, false),
  eta: maybe(number()),
  s_min_uncond: maybe(number()),
  s_churn: maybe(number()),
  s_tmax: maybe(number()),
  s_tmin: maybe(number()),
  s_noise: maybe(number()),
  override_settings: or(anything, {}),
  refiner_checkpoint: maybe(z.string()),
  disable_extra_networks: or(flag, false),
  script_name: maybe(z.string()),
  send_images: or(flag, true),
  alwayson_scripts: or(anything, {}),
  force_task_id: maybe(z.string().max(200)),
  infotext: maybe(text),
};

/** A body of txt2img; fields that say only where images are saved are passed through. */
export const txt2imgSchema = z.looseObject({
  ...shared,
  denoising_strength: or(number(), 0.75),
  enable_hr: or(flag, false),
  hr_scale: or(number(), 2),
  hr_upscaler: maybe(z.string()),
  hr_second_pass_steps: or(number(z.int().min(0).max(1000)), 0),
  hr_resize_x: or(number(z.int().min(0)), 0),
  hr_resize_y: or(number(z.int().min(0)), 0),
  hr_checkpoint_name: maybe(z.string()),
  hr_sampler_name: maybe(z.string()),
  hr_scheduler: maybe(z.string()),
  hr_prompt: or(text, ""),
  hr_negative_prompt: or(text, ""),
  firstpass_image: maybe(z.string()),
});

/** A body of img2img. */
export const img2imgSchema = z.looseObject({
  ...shared,
  init_images: maybe(texts),
  resize_mode: or(number(z.int().min(0).max(3)), 0),
  denoising_strength: or(number(), 0.75),
  image_cfg_scale: maybe(number()),
  mask: maybe(z.string()),
  mask_blur: maybe(number(z.int().min(0).max(64))),
  mask_blur_x: or(number(z.int().min(0).max(64)), 4),
  mask_blur_y: or(number(z.int().min(0).max(64)), 4),
  inpainting_fill: or(number(z.int().min(0).max(3)), 0),
  inpaint_full_res: or(flag, true),
  inpaint_full_res_padding: or(number(z.int().min(0).max(1024)), 0),
  inpainting_mask_invert: or(number(z.number().min(0).max(1)), 0),
  initial_noise_multiplier: maybe(number()),
  latent_mask: maybe(z.string()),
  include_init_images: or(flag, false),
});

/** A parsed body of txt2img. */
export type Txt2ImgBody = z.output<typeof txt2imgSchema>;
/** A parsed body of img2img. */
export type Img2ImgBody = z.output<typeof img2imgSchema>;
/** What both have. */
export type SharedBody = z.output<z.ZodObject<typeof shared>>;

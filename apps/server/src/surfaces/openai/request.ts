import { AquatintError, encodePng, type Image } from "aquatint";
import { decodeImage } from "aquatint/node";
import { z } from "zod";
import type { StoredRequest } from "../../jobs/types.ts";
import { maybe, number } from "../fields.ts";

/** Multipart fields are texts. */
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);
const list = z.array(z.union([z.string(), z.object({ name: z.string(), scale: number().optional() })]));

/** Clients of local servers send -1 for a new seed. */
const newSeedOf = (seed: number): number | undefined => (seed === -1 ? undefined : seed);

const fields = {
  prompt: z.string().max(20_000),
  model: maybe(z.string()),
  n: maybe(number(z.int().min(1).max(10))),
  size: maybe(z.string().regex(/^(auto|\d{1,5}x\d{1,5})$/, 'expected "auto" or WIDTHxHEIGHT')),
  quality: maybe(z.enum(["standard", "hd", "low", "medium", "high", "xhigh", "max", "auto"])),
  response_format: maybe(z.enum(["url", "b64_json"])),
  output_format: maybe(z.enum(["png", "jpeg", "webp"])),
  output_compression: maybe(number(z.int().min(0).max(100))),
  background: maybe(z.enum(["transparent", "opaque", "auto"])),
  moderation: maybe(z.string()),
  style: maybe(z.enum(["vivid", "natural"])),
  user: maybe(z.string()),
  stream: maybe(flag),
  partial_images: maybe(number(z.int().min(0).max(3))),
  input_fidelity: maybe(z.string()),
  // what OpenAI has not
  seed: maybe(number(z.int().min(-1).transform(newSeedOf))),
  steps: maybe(number(z.int().min(1).max(1000))),
  guidance: maybe(number(z.number().min(0).max(100))),
  sampler: maybe(z.string()),
  negative_prompt: maybe(z.string().max(20_000)),
  strength: maybe(number(z.number().gt(0).max(1))),
  loras: maybe(z.union([list, z.string().transform((text, context) => parsedList(text, context))])),
};

function parsedList(text: string, context: z.RefinementCtx): z.output<typeof list> {
  try {
    return list.parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: "custom", message: 'expected a JSON list of names, or of {"name", "scale"}' });
    return z.NEVER;
  }
}

/** A request for images; fields that are not known are refused by name. */
export const imagesSchema = z.strictObject(fields);
/** A parsed request for images. */
export type ImagesBody = z.output<typeof imagesSchema>;

/** Fields that are taken and change nothing. */
export function ignoredFields(body: ImagesBody): readonly string[] {
  const { quality, style, moderation, user, input_fidelity } = body;
  const output_compression = isPng(body) ? body.output_compression : undefined;
  const partial_images = body.stream ? undefined : body.partial_images;
  const response_format = body.stream && body.response_format === "url" ? "url" : undefined; // events hold images
  return Object.entries({
    quality,
    style,
    moderation,
    user,
    input_fidelity,
    output_compression,
    partial_images,
    response_format,
  }).flatMap(([name, value]) => (value === undefined || value === "auto" ? [] : [name]));
}

const isPng = ({ output_format = "png" }: ImagesBody): boolean => output_format === "png";

/** A request for images as a job's. @throws AquatintError for what is not here. */
export function jobRequestOf(body: ImagesBody): StoredRequest {
  if (body.background === "transparent") {
    throw new AquatintError("request/background", "transparent backgrounds are not made here", { hint: "take opaque" });
  }
  const { prompt, model, n: count, seed, steps, guidance, sampler, negative_prompt: negative, strength } = body;
  const [width, height] = body.size === undefined || body.size === "auto" ? [] : body.size.split("x").map(Number);
  const format = body.output_format ?? "png";
  const quality =
    isPng(body) || body.output_compression === undefined ? undefined : Math.max(1, body.output_compression); // encoders begin at 1
  const loras = body.loras?.map((lora) => (typeof lora === "string" ? { name: lora } : lora));
  const options = { model, count, seed, steps, guidance, sampler, negative, strength, width, height, quality, loras };
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return { prompt, promptSyntax: "a1111", format, ...Object.fromEntries(entries) };
}

/** A mask as jobs have it: OpenAI's paints where it is transparent; one without transparency is read by its brightness. */
export async function maskOf(bytes: Uint8Array, maxPixels: number): Promise<string> {
  const image: Image = await decodeImage(bytes, { name: "mask", maxPixels });
  if (image.channels === 3) return base64(bytes);
  const { width, height, data } = image;
  const mask = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) if ((data[4 * i + 3] ?? 0) < 128) mask.fill(255, 3 * i, 3 * i + 3);
  return base64(encodePng({ width, height, channels: 3, data: mask }));
}

/** Bytes as base64. */
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

import { AquatintError, encodePng, type Image } from "aquatint";
import { withoutNetworks } from "aquatint/formats";
import { jsonSeed } from "aquatint/math";
import type { DrawRequest } from "../backend/drawing.ts";
import type { ClipOptions, DrawOptions } from "../engine/protocol.ts";
import { controlStore } from "../models/control-store.ts";
import { type Choice, libraryStore } from "../models/library.ts";
import { serverName } from "./address.ts";
import { catalogStore } from "./catalog-store.ts";

/** The body of a request for a job. */
export type JobBody = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A request as the server takes it, with what is chosen on the page. @throws AquatintError for what the server cannot make. */
export async function jobBody(request: DrawRequest): Promise<JobBody> {
  const { choice } = libraryStore.get();
  if (request.options.fewSteps) {
    throw new AquatintError("model/few-steps", `${serverName} draws no form for few steps`, {
      hint: "choose a quality again, or draw in this tab",
    });
  }
  return request.motion ? clipBody(request.options, choice) : imageBody(request.options, choice);
}

async function imageBody(options: DrawOptions, choice: Choice): Promise<JobBody> {
  const { init, mask, strength, hires, variation } = options;
  const fields = {
    ...promptFields(options, choice),
    ...(variation && { variation: { ...variation, seed: jsonSeed(variation.seed) } }),
    controls: await controls(choice),
  };
  if (!init) return { kind: "text-to-image", ...fields, ...(hires && { hires }) };
  const start = { ...fields, image: await base64(init), strength };
  return mask ? { kind: "inpainting", ...start, mask: await base64(mask) } : { kind: "image-to-image", ...start };
}

function clipBody(options: ClipOptions, choice: Choice): JobBody {
  const { frames, fps, firstFrame } = options;
  const [motion] = catalogStore.get().files.motion;
  const refuse = (message: string, hint: string) => new AquatintError("server/clip", message, { hint });
  if (motion === undefined) throw refuse(`${serverName} has no motion adapter`, "make an image, or draw in this tab");
  if (firstFrame) throw refuse(`${serverName} begins no clip with an image`, "start from noise, or draw in this tab");
  if (choice.control) throw refuse("a clip takes no ControlNet", "take None as the ControlNet in the settings");
  return { kind: "text-to-video", ...promptFields(options, choice), motion, frames, fps, format: "apng" };
}

/** The fields of every kind that draws with a prompt. `<lora:name:0.8>` in it counts in place of the slider. */
function promptFields(options: DrawOptions | ClipOptions, { model, vae, loras }: Choice) {
  const { negative, seed, width, height, steps, guidance, guidanceRescale } = options;
  const { sampler, promptSyntax, rng, clipSkip } = options;
  const { prompt, networks } = withoutNetworks(String(options.prompt));
  const scales = new Map(Object.entries(loras).filter(([, scale]) => scale !== 0));
  for (const { kind, name, scale } of networks) if (kind === "lora") scales.set(name, scale ?? 1);
  return {
    ...{ model, vae, prompt, negative, width, height, steps, guidance, guidanceRescale },
    ...{ sampler, promptSyntax, rng, clipSkip },
    seed: seed === undefined ? undefined : jsonSeed(seed),
    loras: Array.from(scales, ([name, scale]) => ({ name, scale })),
  };
}

async function controls({ control }: Choice) {
  if (control === undefined) return [];
  const { image, scale } = controlStore.get();
  if (image) return [{ model: control, image: await base64(image), scale }];
  throw new AquatintError("studio/no-control-image", "the ControlNet has no image to follow", {
    hint: "choose its image in the settings, or take None as the ControlNet",
  });
}

/** An image as a PNG file in base64. */
async function base64(image: Image): Promise<string> {
  const bytes = encodePng(image);
  let text = "";
  const part = 0x8000; // arguments of a call at most
  for (let i = 0; i < bytes.length; i += part) text += String.fromCharCode(...bytes.subarray(i, i + part));
  return btoa(text);
}

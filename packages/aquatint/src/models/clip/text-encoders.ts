import { parseClipTextConfig } from "./config.ts";
import { CLIPTextModel, CLIPTextModelWithProjection } from "./text-model.ts";

/** The text encoders of text-to-image models: how a class reads its config and is made. */
export const textEncoderNetworks = {
  CLIPTextModel: { parseConfig: parseClipTextConfig, create: CLIPTextModel },
  CLIPTextModelWithProjection: { parseConfig: parseClipTextConfig, create: CLIPTextModelWithProjection },
} as const;

import { AutoencoderKL } from "./autoencoder/autoencoder-kl.ts";
import { parseAutoencoderConfig } from "./autoencoder/config.ts";
import { AutoencoderTiny, parseAutoencoderTinyConfig } from "./autoencoder-tiny/index.ts";
import { parseClassifierConfig } from "./classifier/config.ts";
import { PictureClassifier } from "./classifier/picture-classifier.ts";
import { CLIPModel } from "./clip/clip-model.ts";
import { parseClipConfig, parseClipTextConfig, parseClipVisionConfig } from "./clip/config.ts";
import { CLIPTextModel, CLIPTextModelWithProjection } from "./clip/text-model.ts";
import { CLIPVisionModelWithProjection } from "./clip/vision-model.ts";
import { ControlNetModel } from "./controlnet/controlnet.ts";
import { ConditionalCritic, ConditionalGenerator, parseCriticConfig, parseGeneratorConfig } from "./gan/index.ts";
import { parseControlNetConfig, parseUNet2DConditionConfig } from "./unet/condition-config.ts";
import { parseUNet2DConfig } from "./unet/config.ts";
import { UNet2DModel } from "./unet/unet2d.ts";
import { UNet2DConditionModel } from "./unet/unet2d-condition.ts";
import { ConditionalVAE, parseVaeConfig } from "./vae/index.ts";

/** Every model, by the class name that `model_index.json` gives it: how its config.json is read and how it is made. */
export const models = {
  AutoencoderKL: { parseConfig: parseAutoencoderConfig, create: AutoencoderKL },
  AutoencoderTiny: { parseConfig: parseAutoencoderTinyConfig, create: AutoencoderTiny },
  CLIPModel: { parseConfig: parseClipConfig, create: CLIPModel },
  CLIPTextModel: { parseConfig: parseClipTextConfig, create: CLIPTextModel },
  CLIPTextModelWithProjection: { parseConfig: parseClipTextConfig, create: CLIPTextModelWithProjection },
  CLIPVisionModelWithProjection: { parseConfig: parseClipVisionConfig, create: CLIPVisionModelWithProjection },
  ConditionalCritic: { parseConfig: parseCriticConfig, create: ConditionalCritic },
  ConditionalGenerator: { parseConfig: parseGeneratorConfig, create: ConditionalGenerator },
  ConditionalVAE: { parseConfig: parseVaeConfig, create: ConditionalVAE },
  PictureClassifier: { parseConfig: parseClassifierConfig, create: PictureClassifier },
  ControlNetModel: { parseConfig: parseControlNetConfig, create: ControlNetModel },
  UNet2DConditionModel: { parseConfig: parseUNet2DConditionConfig, create: UNet2DConditionModel },
  UNet2DModel: { parseConfig: parseUNet2DConfig, create: UNet2DModel },
};

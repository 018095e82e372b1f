import { AutoencoderKL } from "./autoencoder/autoencoder-kl.ts";
import { parseAutoencoderConfig } from "./autoencoder/config.ts";
import { AsymmetricAutoencoderKL, parseAsymmetricConfig } from "./autoencoder-asymmetric/asymmetric-autoencoder-kl.ts";
import { AutoencoderTiny, parseAutoencoderTinyConfig } from "./autoencoder-tiny/index.ts";
import { type ModelClass, type ModelClassName, modelClasses } from "./classes.ts";
import { parseClassifierConfig } from "./classifier/config.ts";
import { ImageClassifier } from "./classifier/image-classifier.ts";
import { CLIPModel } from "./clip/clip-model.ts";
import { parseClipConfig, parseClipVisionConfig } from "./clip/config.ts";
import { textEncoderNetworks } from "./clip/text-encoders.ts";
import { CLIPVisionModelWithProjection } from "./clip/vision-model.ts";
import { ControlNetModel } from "./controlnet/controlnet.ts";
import { MotionAdapter, parseMotionAdapterConfig } from "./motion/index.ts";
import { parseControlNetConfig, parseUNet2DConditionConfig } from "./unet/condition-config.ts";
import { parseUNet2DConfig } from "./unet/config.ts";
import { UNet2DModel } from "./unet/unet2d.ts";
import { UNet2DConditionModel } from "./unet/unet2d-condition.ts";

/** Config and constructor of the networks of a class. */
export interface NetworkClass {
  /** Reads its `config.json`. @throws AquatintError "config/…". */
  readonly parseConfig: (json: unknown) => object;
  /** Makes a network without weights of such a config. */
  readonly create: (config: never) => unknown;
}

/** Every model, by the class name that `model_index.json` gives it: how it is read, how it is made, and where it lies; a package makes those without a constructor. */
export const models = {
  ...modelClasses,
  AsymmetricAutoencoderKL: {
    ...modelClasses.AsymmetricAutoencoderKL,
    parseConfig: parseAsymmetricConfig,
    create: AsymmetricAutoencoderKL,
  },
  AutoencoderKL: { ...modelClasses.AutoencoderKL, parseConfig: parseAutoencoderConfig, create: AutoencoderKL },
  AutoencoderTiny: {
    ...modelClasses.AutoencoderTiny,
    parseConfig: parseAutoencoderTinyConfig,
    create: AutoencoderTiny,
  },
  CLIPModel: { ...modelClasses.CLIPModel, parseConfig: parseClipConfig, create: CLIPModel },
  CLIPTextModel: { ...modelClasses.CLIPTextModel, ...textEncoderNetworks.CLIPTextModel },
  CLIPTextModelWithProjection: {
    ...modelClasses.CLIPTextModelWithProjection,
    ...textEncoderNetworks.CLIPTextModelWithProjection,
  },
  CLIPVisionModelWithProjection: {
    ...modelClasses.CLIPVisionModelWithProjection,
    parseConfig: parseClipVisionConfig,
    create: CLIPVisionModelWithProjection,
  },
  ImageClassifier: { ...modelClasses.ImageClassifier, parseConfig: parseClassifierConfig, create: ImageClassifier },
  ControlNetModel: { ...modelClasses.ControlNetModel, parseConfig: parseControlNetConfig, create: ControlNetModel },
  MotionAdapter: { ...modelClasses.MotionAdapter, parseConfig: parseMotionAdapterConfig, create: MotionAdapter },
  UNet2DConditionModel: {
    ...modelClasses.UNet2DConditionModel,
    parseConfig: parseUNet2DConditionConfig,
    create: UNet2DConditionModel,
  },
  UNet2DModel: { ...modelClasses.UNet2DModel, parseConfig: parseUNet2DConfig, create: UNet2DModel },
} as const satisfies Readonly<Record<ModelClassName, ModelClass & Partial<NetworkClass>>>;

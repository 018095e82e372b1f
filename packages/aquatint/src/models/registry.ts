import type { JsonObject } from "../util/json.ts";
import { AutoencoderKL } from "./autoencoder/autoencoder-kl.ts";
import { parseAutoencoderConfig } from "./autoencoder/config.ts";
import { klLatentSpace, type LatentSpace } from "./autoencoder/latent-space.ts";
import {
  AsymmetricAutoencoderKL,
  asymmetricConfig,
  asymmetricLatentSpace,
  parseAsymmetricConfig,
} from "./autoencoder-asymmetric/asymmetric-autoencoder-kl.ts";
import { AutoencoderTiny, parseAutoencoderTinyConfig } from "./autoencoder-tiny/index.ts";
import { tinyLatentSpace } from "./autoencoder-tiny/latent-space.ts";
import { parseClassifierConfig } from "./classifier/config.ts";
import { ImageClassifier } from "./classifier/image-classifier.ts";
import { CLIPModel } from "./clip/clip-model.ts";
import { parseClipConfig, parseClipTextConfig, parseClipVisionConfig } from "./clip/config.ts";
import { CLIPTextModel, CLIPTextModelWithProjection } from "./clip/text-model.ts";
import { CLIPVisionModelWithProjection } from "./clip/vision-model.ts";
import { ControlNetModel } from "./controlnet/controlnet.ts";
import {
  autoencoderConfig,
  autoencoderTinyConfig,
  controlNetConfig,
  type InferenceFacts,
  motionAdapterConfig,
  textConfig,
  unetConfig,
} from "./infer-config.ts";
import { MotionAdapter, parseMotionAdapterConfig } from "./motion/index.ts";
import { parseControlNetConfig, parseUNet2DConditionConfig } from "./unet/condition-config.ts";
import { parseUNet2DConfig } from "./unet/config.ts";
import { UNet2DModel } from "./unet/unet2d.ts";
import { UNet2DConditionModel } from "./unet/unet2d-condition.ts";

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Files and constructor of the networks of a class. */
export interface ModelClass {
  /** Reads its `config.json`; absent where a package makes the networks. @throws AquatintError "config/…". */
  readonly parseConfig?: (json: unknown) => object;
  /** Makes a network without weights of such a config; absent where a package does. */
  readonly create?: (config: never) => unknown;
  /** Whose class it is, as `model_index.json` says it. */
  readonly library: "diffusers" | "transformers" | "aquatint";
  /** The file of its weights, without what follows the first dot. */
  readonly weightsFile: "diffusion_pytorch_model" | "model";
  /** Name of a network that stands alone, and its folder in a model. */
  readonly component: string;
  /** Fields of `config.json` that mark the class. */
  readonly marks: JsonObject;
  /** Tensors that files hold beside its weights. */
  readonly leftovers?: RegExp;
  /** A weight's name where files write it in another way. */
  readonly rename?: (key: string) => string;
  /** Tells whether a file of these tensors holds such a network; the first class in the table that does so counts. */
  readonly detect?: (keys: { has(key: string): boolean }) => boolean;
  /** Its role in a text-to-image model; absent where it has none. */
  readonly role?: "denoiser" | "text-encoder" | "autoencoder";
  /** An autoencoder's latents as a U-Net works on them. @throws AquatintError "config/…". */
  readonly latentSpace?: (json: unknown) => LatentSpace;
  /** The config of a network without one, from the shapes of its weights. */
  readonly inferConfig?: (weights: Shapes, facts: InferenceFacts) => JsonObject;
}

const diffusers = (className: string, component: string) =>
  ({
    library: "diffusers",
    weightsFile: "diffusion_pytorch_model",
    component,
    marks: { _class_name: className },
  }) as const;
const transformers = (className: string, model_type: string, component: string) =>
  ({
    library: "transformers",
    weightsFile: "model",
    component,
    marks: { architectures: [className], model_type },
  }) as const;
const aquatint = (className: string, component: string) =>
  ({ library: "aquatint", weightsFile: "model", component, marks: { _class_name: className } }) as const;

/** Names that files of motion modules alone have. */
const motionMarks = ["", "module."].flatMap((prefix) =>
  ["", ".temporal_transformer"].map((inner) => `${prefix}down_blocks.0.motion_modules.0${inner}.norm.weight`),
);
const TOKENS = "text_model.embeddings.token_embedding.weight";
const PROJECTION = "text_projection.weight";
/** Parts of CLIP that its text encoder lacks. */
const visionParts = /^(logit_scale$|logit_bias$|vision_model\.|visual_projection\.)/;
/** Text encoders in the names of their inner module, as some programs save them. */
const textName = (key: string): string =>
  key.replace(/^(?=(embeddings|encoder\.layers|final_layer_norm)\.)/, "text_model.");

/** The names of AnimateDiff's own files in diffusers' names. */
const motionName = (key: string): string =>
  key
    .replace(/^module\./, "")
    .replace(".temporal_transformer.", ".")
    .replace(/\.attention_blocks\.0\.pos_encoder\./, ".pos_embed.")
    .replace(/\.attention_blocks\.([01])\./, (_, i) => `.attn${Number(i) + 1}.`)
    .replace(/\.norms\.([01])\./, (_, i) => `.norm${Number(i) + 1}.`)
    .replace(".ff_norm.", ".norm3.");

/** Every model, by the class name that `model_index.json` gives it: how it is read, how it is made, and where it lies. */
export const models = {
  AsymmetricAutoencoderKL: {
    ...diffusers("AsymmetricAutoencoderKL", "vae"),
    parseConfig: parseAsymmetricConfig,
    create: AsymmetricAutoencoderKL,
    role: "autoencoder",
    latentSpace: asymmetricLatentSpace,
    detect: (keys) => keys.has("decoder.condition_encoder.layers.0.weight"),
    inferConfig: asymmetricConfig,
  },
  AutoencoderKL: {
    ...diffusers("AutoencoderKL", "vae"),
    parseConfig: parseAutoencoderConfig,
    create: AutoencoderKL,
    role: "autoencoder",
    latentSpace: klLatentSpace,
    leftovers: /^(loss|model_ema)\./,
    detect: (keys) => keys.has("encoder.down_blocks.0.resnets.0.conv1.weight"),
    inferConfig: autoencoderConfig,
  },
  AutoencoderTiny: {
    ...diffusers("AutoencoderTiny", "vae"),
    parseConfig: parseAutoencoderTinyConfig,
    create: AutoencoderTiny,
    role: "autoencoder",
    latentSpace: tinyLatentSpace,
    detect: (keys) => keys.has("decoder.layers.0.weight"),
    inferConfig: autoencoderTinyConfig,
  },
  CLIPModel: { ...transformers("CLIPModel", "clip", "clip"), parseConfig: parseClipConfig, create: CLIPModel },
  CLIPTextModel: {
    ...transformers("CLIPTextModel", "clip_text_model", "text_encoder"),
    parseConfig: parseClipTextConfig,
    create: CLIPTextModel,
    role: "text-encoder",
    leftovers: new RegExp(`${visionParts.source}|^(text_model\\.)?text_projection\\b`),
    rename: textName,
    detect: (keys) => keys.has(TOKENS) && !keys.has(PROJECTION),
    inferConfig: textConfig,
  },
  CLIPTextModelWithProjection: {
    ...transformers("CLIPTextModelWithProjection", "clip_text_model", "text_encoder_2"),
    parseConfig: parseClipTextConfig,
    create: CLIPTextModelWithProjection,
    role: "text-encoder",
    leftovers: visionParts,
    rename: textName,
    detect: (keys) => keys.has(PROJECTION),
    inferConfig: textConfig,
  },
  CLIPVisionModelWithProjection: {
    ...transformers("CLIPVisionModelWithProjection", "clip_vision_model", "image_encoder"),
    parseConfig: parseClipVisionConfig,
    create: CLIPVisionModelWithProjection,
  },
  ConditionalCritic: aquatint("ConditionalCritic", "critic"),
  ConditionalGenerator: aquatint("ConditionalGenerator", "generator"),
  ConditionalVAE: aquatint("ConditionalVAE", "vae"),
  ImageClassifier: {
    ...aquatint("ImageClassifier", "classifier"),
    parseConfig: parseClassifierConfig,
    create: ImageClassifier,
  },
  ControlNetModel: {
    ...diffusers("ControlNetModel", "controlnet"),
    parseConfig: parseControlNetConfig,
    create: ControlNetModel,
    detect: (keys) => keys.has("controlnet_cond_embedding.conv_in.weight"),
    inferConfig: controlNetConfig,
  },
  MotionAdapter: {
    ...diffusers("MotionAdapter", "motion_adapter"),
    parseConfig: parseMotionAdapterConfig,
    create: MotionAdapter,
    // both attentions of a block have the same positions
    leftovers: /\.attention_blocks\.1\.pos_encoder\./,
    rename: motionName,
    detect: (keys) => motionMarks.some((key) => keys.has(key)),
    inferConfig: motionAdapterConfig,
  },
  UNet2DConditionModel: {
    ...diffusers("UNet2DConditionModel", "unet"),
    parseConfig: parseUNet2DConditionConfig,
    create: UNet2DConditionModel,
    role: "denoiser",
    detect: (keys) => keys.has("up_blocks.0.resnets.0.conv1.weight"),
    inferConfig: unetConfig,
  },
  UNet2DModel: { ...diffusers("UNet2DModel", "unet"), parseConfig: parseUNet2DConfig, create: UNet2DModel },
} as const satisfies Readonly<Record<string, ModelClass>>;

/** The name of a class of models. */
export type ModelClassName = keyof typeof models;

/** A class by the name that a file gives, if it is one of ours. */
export const modelClass = (name: string): ModelClass | undefined =>
  Object.hasOwn(models, name) ? models[name as ModelClassName] : undefined;

/** The classes that declare a field. */
export const classesWith = (field: keyof ModelClass): readonly ModelClassName[] =>
  (Object.keys(models) as ModelClassName[]).filter((name) => modelClass(name)?.[field] !== undefined);

/** The class of a network that lies in a file of its own, by the names of its weights. */
export const detectedClass = (keys: { has(key: string): boolean }): ModelClassName | undefined =>
  (Object.keys(models) as ModelClassName[]).find((name) => modelClass(name)?.detect?.(keys));

/** The weights of a network of a class under its own names, and the tensors beside them. */
export function classWeights<T>({ leftovers, rename = (key) => key }: ModelClass, tensors: ReadonlyMap<string, T>) {
  const weights = new Map<string, T>();
  const unused: string[] = [];
  for (const [key, tensor] of tensors) {
    if (leftovers?.test(key)) unused.push(key);
    else weights.set(rename(key), tensor);
  }
  return { weights, unused };
}

import type { JsonObject } from "../util/json.ts";

/** Files of the networks of a class. */
export interface ModelClass {
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
const hasMotion = (keys: { has(key: string): boolean }): boolean => motionMarks.some((key) => keys.has(key));
/** Names that condition embeddings of ControlNets have: of plain ones, and of SparseCtrl's for latents. */
const [CONTROL, SPARSE_CONTROL] = ["controlnet_cond_embedding.conv_in.weight", "controlnet_cond_embedding.weight"];
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

/** Every class of models, by the name that `model_index.json` gives it: where its files lie and how they are told. */
export const modelClasses = {
  AsymmetricAutoencoderKL: {
    ...diffusers("AsymmetricAutoencoderKL", "vae"),
    role: "autoencoder",
    detect: (keys) => keys.has("decoder.condition_encoder.layers.0.weight"),
  },
  AutoencoderKL: {
    ...diffusers("AutoencoderKL", "vae"),
    role: "autoencoder",
    leftovers: /^(loss|model_ema)\./,
    detect: (keys) => keys.has("encoder.down_blocks.0.resnets.0.conv1.weight"),
  },
  AutoencoderTiny: {
    ...diffusers("AutoencoderTiny", "vae"),
    role: "autoencoder",
    detect: (keys) => keys.has("decoder.layers.0.weight"),
  },
  CLIPModel: transformers("CLIPModel", "clip", "clip"),
  CLIPTextModel: {
    ...transformers("CLIPTextModel", "clip_text_model", "text_encoder"),
    role: "text-encoder",
    leftovers: new RegExp(`${visionParts.source}|^(text_model\\.)?text_projection\\b`),
    rename: textName,
    detect: (keys) => keys.has(TOKENS) && !keys.has(PROJECTION),
  },
  CLIPTextModelWithProjection: {
    ...transformers("CLIPTextModelWithProjection", "clip_text_model", "text_encoder_2"),
    role: "text-encoder",
    leftovers: visionParts,
    rename: textName,
    detect: (keys) => keys.has(PROJECTION),
  },
  CLIPVisionModelWithProjection: transformers("CLIPVisionModelWithProjection", "clip_vision_model", "image_encoder"),
  ConditionalCritic: aquatint("ConditionalCritic", "critic"),
  ConditionalGenerator: aquatint("ConditionalGenerator", "generator"),
  ConditionalVAE: aquatint("ConditionalVAE", "vae"),
  ImageClassifier: aquatint("ImageClassifier", "classifier"),
  ControlNetModel: {
    ...diffusers("ControlNetModel", "controlnet"),
    detect: (keys) => keys.has(CONTROL) && !hasMotion(keys),
  },
  MotionAdapter: {
    ...diffusers("MotionAdapter", "motion_adapter"),
    // both attentions of a block have the same positions
    leftovers: /\.attention_blocks\.1\.pos_encoder\./,
    rename: motionName,
    detect: (keys) => hasMotion(keys) && !keys.has(CONTROL) && !keys.has(SPARSE_CONTROL),
  },
  UNet2DConditionModel: {
    ...diffusers("UNet2DConditionModel", "unet"),
    role: "denoiser",
    detect: (keys) => keys.has("up_blocks.0.resnets.0.conv1.weight"),
  },
  UNet2DModel: diffusers("UNet2DModel", "unet"),
} as const satisfies Readonly<Record<string, ModelClass>>;

/** The name of a class of models. */
export type ModelClassName = keyof typeof modelClasses;

/** A class by the name that a file gives, if it is one of ours. */
export const modelClass = (name: string): ModelClass | undefined =>
  Object.hasOwn(modelClasses, name) ? modelClasses[name as ModelClassName] : undefined;

/** The classes that declare a field. */
export const classesWith = (field: keyof ModelClass): readonly ModelClassName[] =>
  (Object.keys(modelClasses) as ModelClassName[]).filter((name) => modelClass(name)?.[field] !== undefined);

/** The class of a network that lies in a file of its own, by the names of its weights. */
export const detectedClass = (keys: { has(key: string): boolean }): ModelClassName | undefined =>
  (Object.keys(modelClasses) as ModelClassName[]).find((name) => modelClass(name)?.detect?.(keys));

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

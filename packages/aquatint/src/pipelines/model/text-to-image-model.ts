import { componentOf, readTokenizer } from "../../checkpoints/open.ts";
import type { Model, TensorLocation } from "../../checkpoints/types.ts";
import { AquatintError } from "../../errors.ts";
import { classesWith, modelClasses } from "../../models/classes.ts";
import { isOpenClip, publishedLatentRgb } from "../../models/families.ts";
import { tokenizerFolder } from "../../models/pipeline-classes.ts";
import type { TokenizerFiles } from "../../tokenizers/files.ts";
import type { ClipVocabulary } from "../../tokenizers/published.ts";
import { modelParameters, pipelineComponents } from "./components.ts";
import { loadLatentSpace } from "./load-latent-space.ts";
import { boundModel, describedModel, type ModelConfigs, type TextToImageModel } from "./model-folder.ts";
import { unusedNote } from "./unused-note.ts";

/** The networks of a text-to-image model by the names of their folders, with the classes of which each must be one. */
const classes = new Map<string, readonly string[]>();
for (const name of classesWith("role")) {
  const { component } = modelClasses[name];
  classes.set(component, [...(classes.get(component) ?? []), name]);
}

/** Sources of what a model's files may lack. */
export interface TextToImageModelOptions {
  /** CLIP's published vocabulary, for files without a tokenizer: `clipVocabulary` of "aquatint/clip". */
  readonly vocabulary?: (() => Promise<ClipVocabulary>) | undefined;
}

/** A published model as one that makes images of a prompt; its weights stay in their files. @throws AquatintError "model/…". */
export async function textToImageModel(model: Model, options: TextToImageModelOptions = {}): Promise<TextToImageModel> {
  const { name, scheduler, index, generation, family, components } = model;
  checkParts(model);
  const networks = Array.from(classes.keys()).flatMap((part) => {
    const component = components.get(part);
    return component ? [[part, component.config] as const] : [];
  });
  const { config: unet } = componentOf(model, "UNet2DConditionModel");
  const shared = { scheduler: scheduler ?? {}, index, ...(generation && { generation }) };
  const configs: ModelConfigs = { ...Object.fromEntries(networks), unet, ...shared };
  const { vae, ...networkConfigs } = configs;
  const modules = pipelineComponents(networkConfigs, vae === undefined ? undefined : await loadLatentSpace(vae));
  const tokenizerFiles = await Promise.all(
    modules.textEncoders.map(({ name: encoder }) => tokenizerOf(model, encoder, options)),
  );
  return boundModel({
    ...(await describedModel({ name, configs, modules, tokenizerFiles })),
    parameters: modelParameters(modules),
    locations: locationsIn(model),
    weightFiles: unetFiles(model),
    latentRgb: family && publishedLatentRgb(family, components.get("vae")?.config),
    notes: [...model.notes, ...unusedNote(name, "tensors", model.unused)],
  });
}

/** Every weight by its name in `modelParameters`. */
function locationsIn({ components }: Model): ReadonlyMap<string, TensorLocation> {
  const locations = new Map<string, TensorLocation>();
  for (const part of classes.keys()) {
    for (const [key, location] of components.get(part)?.weights ?? []) locations.set(`${part}.${key}`, location);
  }
  return locations;
}

const unetFiles = (model: Model): readonly string[] => {
  const { weights } = componentOf(model, "UNet2DConditionModel");
  return [...new Set(Array.from(weights.values(), ({ file }) => file.path ?? []).flat())].sort();
};

/** Refuses what is no text-to-image model, or one of parts that are not connected. */
function checkParts({ name, components, scheduler, notes }: Model): void {
  const refuse = (kind: string, problem: string, hint: string) => {
    throw new AquatintError(`model/${kind}`, `${name} ${problem}`, { hint });
  };
  const sd = "take a text-to-image checkpoint of Stable Diffusion";
  if (!components.has("unet")) {
    const parts = Array.from(components.keys()).join(", ") || "no network that is known";
    refuse("parts", `holds no unet but ${parts}, expected a whole text-to-image model`, notes[0] ?? sd);
  }
  if (!components.has("text_encoder") && !components.has("text_encoder_2")) {
    refuse("parts", "holds no text_encoder, expected a whole text-to-image model", sd);
  }
  for (const [part, supported] of classes) {
    const className = components.get(part)?.className;
    if (className === undefined || supported.includes(className)) continue;
    refuse("class", `has a ${part} of the class ${className}, expected ${supported.join(" or ")}`, sd);
  }
  // a U-Net of pixels works on red, green and blue; every other one needs its autoencoder
  if (!components.has("vae") && components.get("unet")!.config["in_channels"] !== 3) {
    refuse("parts", "holds no vae, which turns its latents into images", "name the folder or file of one: --vae");
  }
  if (!scheduler) refuse("parts", "holds no scheduler/scheduler_config.json", "fetch the model again");
}

/**
 * A text encoder's own tokenizer from the folder, or the published one with the token that pads its prompts.
 * @throws AquatintError "model/parts" where there is none and the encoder has other tokens than the published one.
 */
async function tokenizerOf(
  model: Model,
  encoder: string,
  { vocabulary }: TextToImageModelOptions,
): Promise<TokenizerFiles> {
  const files = model.layout === "folder" ? await readTokenizer(model, tokenizerFolder(encoder)) : undefined;
  if (files) return files;
  const { name, family, padTokens, components } = model;
  const lack = (hint: string, detail: string) =>
    new AquatintError("model/parts", `${name} holds no ${tokenizerFolder(encoder)}/vocab.json${detail}`, { hint });
  if (!vocabulary)
    throw lack('give the folder of the model with its tokenizer, or `vocabulary` of "aquatint/clip"', "");
  const { vocab, merges } = await vocabulary();
  const count = Object.keys(vocab).length;
  // a token more may be a textual inversion's that was saved with the model
  const tokens = Number(components.get(encoder)?.config["vocab_size"] ?? count);
  if (tokens < count) {
    const detail = `, and its ${encoder} knows ${tokens} tokens, fewer than the ${count} of CLIP's vocabulary`;
    throw lack("give the folder of the model with its tokenizer", detail);
  }
  const padToken = padTokens.get(encoder) ?? (isOpenClip(family, encoder) ? "!" : "<|endoftext|>");
  return {
    "vocab.json": JSON.stringify(vocab),
    "merges.txt": `#version: 0.2\n${merges}\n`,
    "tokenizer_config.json": JSON.stringify({ model_max_length: 77, pad_token: padToken }),
    "special_tokens_map.json": "{}",
  };
}

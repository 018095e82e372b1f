import { publishedLatentRgb } from "../../checkpoints/latent-rgb.ts";
import { diskSource, readWeights } from "../../checkpoints/open.node.ts";
import type { Checkpoint, WeightPlace } from "../../checkpoints/types.ts";
import { AquatintError } from "../../errors.ts";
import { parseJsonObject } from "../../formats/json.ts";
import type { HostTensor } from "../../graph/types.ts";
import { expectKeys } from "../../nn/module.ts";
import { mappedWeights } from "../../runtime/mapped-weights.node.ts";
import { type TokenizerFiles, tokenizerFileNames } from "../../tokenizers/files.ts";
import { clipVocabulary } from "../../tokenizers/published.ts";
import { type AdapterFiles, openAdapters } from "./adapters.node.ts";
import { modelParameters, textToImageModules } from "./components.ts";
import { autoencoderClasses } from "./latent-space.ts";
import { describedModel, GENERATION, type ModelConfigs, type TextToImageModel } from "./model-folder.ts";
import { tokenizerFolder } from "./pipeline-classes.ts";
import { unusedNote } from "./unused-note.ts";

/** The networks of a text-to-image model, with the classes of which each must be one. */
const classes: Readonly<Record<string, readonly string[]>> = {
  unet: ["UNet2DConditionModel"],
  text_encoder: ["CLIPTextModel"],
  text_encoder_2: ["CLIPTextModelWithProjection"],
  vae: autoencoderClasses,
};

/**
 * A published model as one that makes pictures of a prompt, with LoRAs and textual inversions beside it; its weights
 * stay in their files. @throws AquatintError "model/…", "lora/…" or "embedding/…".
 */
export async function checkpointModel(checkpoint: Checkpoint, files: AdapterFiles = {}): Promise<TextToImageModel> {
  const { name, scheduler, index } = checkpoint;
  checkParts(checkpoint);
  const generation = await ownChoices(checkpoint);
  const networks = Object.keys(classes).flatMap((part) => {
    const found = checkpoint.components.get(part);
    return found ? [[part, found.config] as const] : [];
  });
  const given = { scheduler, index, ...(generation && { generation }) };
  const configs = { ...Object.fromEntries(networks), ...given } as unknown as ModelConfigs;
  const modules = textToImageModules(configs);
  const tokenizerFiles = await Promise.all(modules.textEncoders.map(({ name: part }) => tokenizerOf(checkpoint, part)));
  const { loras, embeddings, branches, notes } = await openAdapters(files, modules);
  const names = modelParameters(modules);
  const places = () => {
    const found = placesOf(checkpoint);
    expectKeys(name, names, found);
    return found;
  };
  return {
    ...describedModel({ name, configs, modules, tokenizerFiles }),
    weightFiles: unetFiles(checkpoint),
    latentRgb: checkpoint.family && publishedLatentRgb(checkpoint.family, checkpoint.components.get("vae")?.config),
    loras,
    embeddings,
    notes: [...checkpoint.notes, ...unusedNote(name, "tensors", checkpoint.unused), ...notes],
    async weights() {
      const values = new Map<string, HostTensor>();
      for await (const [key, value] of readWeights(places())) values.set(key, value);
      return values;
    },
    async binding() {
      const all = { names: new Map([...names, ...branches.parameters]), at: [...places(), ...branches.weights] };
      const { parameters, weightsFolder } = mappedWeights(all.names, new Map(all.at));
      const where = { parameters: parameters!, ...(weightsFolder !== undefined && { weightsFolder }) };
      return { ...where, adapters: branches.adapters, embeddings };
    },
  };
}

/** Every weight by its name in `modelParameters`. */
function placesOf({ components }: Checkpoint): Map<string, WeightPlace> {
  const places = new Map<string, WeightPlace>();
  for (const part of Object.keys(classes)) {
    for (const [key, place] of components.get(part)?.weights ?? []) places.set(`${part}.${key}`, place);
  }
  return places;
}

const unetFiles = ({ components }: Checkpoint): readonly string[] =>
  [...new Set(Array.from(components.get("unet")!.weights.values(), ({ file }) => file))].sort();

/** Refuses what is no text-to-image model, or one of parts that are not connected. */
function checkParts({ name, components, scheduler, notes }: Checkpoint): void {
  const refuse = (kind: string, found: string, hint: string) => {
    throw new AquatintError(`model/${kind}`, `${name} ${found}`, { hint });
  };
  const sd = "take a text-to-image checkpoint of Stable Diffusion";
  if (!components.has("unet")) {
    const found = Array.from(components.keys()).join(", ") || "no network that is known";
    refuse("parts", `holds no unet but ${found}, expected a whole text-to-image model`, notes[0] ?? sd);
  }
  if (!components.has("text_encoder") && !components.has("text_encoder_2")) {
    refuse("parts", "holds no text_encoder, expected a whole text-to-image model", sd);
  }
  for (const [part, known] of Object.entries(classes)) {
    const found = components.get(part)?.className;
    if (found === undefined || known.includes(found)) continue;
    refuse("class", `has a ${part} of the class ${found}, expected ${known.join(" or ")}`, sd);
  }
  // a U-Net of pixels works on red, green and blue; every other one needs its autoencoder
  if (!components.has("vae") && components.get("unet")!.config["in_channels"] !== 3) {
    refuse("parts", "holds no vae, which turns its latents into pictures", "name the folder or file of one: --vae");
  }
  if (!scheduler) refuse("parts", "holds no scheduler/scheduler_config.json", "fetch the model again");
}

/** What the folder's generation_config.json says, where there is one. */
async function ownChoices({ name, layout }: Checkpoint) {
  if (layout !== "folder") return undefined;
  const source = await diskSource(name);
  if (!(await source.list("")).includes(GENERATION)) return undefined;
  return parseJsonObject(await source.readText(GENERATION), { name: `${name}/${GENERATION}` });
}

/**
 * A text encoder's own tokenizer from the folder, or the published one with the token that pads its prompts.
 * @throws AquatintError "model/parts" where there is none and the encoder has other tokens than the published one.
 */
async function tokenizerOf(checkpoint: Checkpoint, encoder: string): Promise<TokenizerFiles> {
  const { name, layout } = checkpoint;
  if (layout !== "folder") return publishedTokenizer(checkpoint, encoder);
  const source = await diskSource(name);
  const folder = tokenizerFolder(encoder);
  const names = await source.list(folder);
  if (!names.includes("vocab.json")) return publishedTokenizer(checkpoint, encoder);
  const texts = tokenizerFileNames.map(async (file) => {
    const missing = file === "special_tokens_map.json" && !names.includes(file);
    return [file, missing ? "{}" : await source.readText(`${folder}/${file}`)] as const;
  });
  return Object.fromEntries(await Promise.all(texts)) as TokenizerFiles;
}

async function publishedTokenizer(
  { name, family, padTokens, components }: Checkpoint,
  encoder: string,
): Promise<TokenizerFiles> {
  const { vocab, merges } = await clipVocabulary();
  const count = Object.keys(vocab).length;
  // a token more may be a textual inversion's that was saved with the model
  const known = Number(components.get(encoder)?.config["vocab_size"] ?? count);
  if (known < count) {
    const found = `${name} holds no ${tokenizerFolder(encoder)}/vocab.json, and its ${encoder} knows ${known} tokens`;
    throw new AquatintError("model/parts", `${found}, fewer than the ${count} of CLIP's vocabulary`, {
      hint: "give the folder of the model with its tokenizer",
    });
  }
  const openClip = encoder === "text_encoder_2" || family === "sd2";
  const padToken = padTokens.get(encoder) ?? (openClip ? "!" : "<|endoftext|>");
  return {
    "vocab.json": JSON.stringify(vocab),
    "merges.txt": `#version: 0.2\n${merges}\n`,
    "tokenizer_config.json": JSON.stringify({ model_max_length: 77, pad_token: padToken }),
    "special_tokens_map.json": "{}",
  };
}

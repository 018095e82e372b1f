import { publishedLatentRgb } from "../checkpoints/latent-rgb.ts";
import { diskSource, readWeights } from "../checkpoints/node.ts";
import type { Checkpoint, Family, WeightPlace } from "../checkpoints/types.ts";
import { AquatintError } from "../errors.ts";
import { parseJsonObject } from "../formats/json.ts";
import type { HostTensor } from "../graph/types.ts";
import { expectKeys } from "../nn/module.ts";
import { mappedWeights } from "../runtime/node-mapped.ts";
import { type TokenizerFiles, tokenizerFileNames } from "../tokenizers/files.ts";
import { clipVocabulary } from "../tokenizers/published.ts";
import { describedModel, GENERATION, type ModelConfigs, type TextToImageModel } from "./model-folder.ts";
import { modelParameters, textToImageModules } from "./modules.ts";

/** The networks of a text-to-image model, with the class that each must be of. */
const classes = { unet: "UNet2DConditionModel", text_encoder: "CLIPTextModel", vae: "AutoencoderKL" } as const;

/** A published model as one that makes pictures of a prompt; its weights stay in their files. @throws AquatintError "model/…" */
export async function checkpointModel(checkpoint: Checkpoint): Promise<TextToImageModel> {
  const { name, scheduler } = checkpoint;
  checkParts(checkpoint);
  const generation = await ownChoices(checkpoint);
  const networks = Object.keys(classes).flatMap((part) => {
    const found = checkpoint.components.get(part);
    return found ? [[part, found.config] as const] : [];
  });
  const configs = { ...Object.fromEntries(networks), scheduler, ...(generation && { generation }) };
  const modules = textToImageModules(configs as unknown as ModelConfigs);
  const tokenizerFiles = await tokenizerOf(checkpoint);
  const parts = { name, configs: configs as unknown as ModelConfigs, modules, tokenizerFiles };
  const names = modelParameters(modules);
  const places = () => {
    const found = placesOf(checkpoint);
    expectKeys(name, names, found);
    return found;
  };
  return {
    ...describedModel(parts),
    weightFiles: unetFiles(checkpoint),
    latentRgb: checkpoint.family && publishedLatentRgb(checkpoint.family, checkpoint.components.get("vae")?.config),
    async weights() {
      const values = new Map<string, HostTensor>();
      for await (const [key, value] of readWeights(places())) values.set(key, value);
      return values;
    },
    async binding() {
      const { parameters, weightsFolder } = mappedWeights(names, places());
      return { parameters: parameters!, ...(weightsFolder !== undefined && { weightsFolder }) };
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
function checkParts({ name, components, scheduler }: Checkpoint): void {
  const refuse = (kind: string, found: string, hint: string) => {
    throw new AquatintError(`model/${kind}`, `${name} ${found}`, { hint });
  };
  const sd = "take a text-to-image checkpoint of Stable Diffusion 1.x or 2.x";
  if (components.has("text_encoder_2")) refuse("unsupported", "has two text encoders, expected one", sd);
  for (const part of ["unet", "text_encoder"]) {
    if (!components.has(part)) refuse("parts", `holds no ${part}, expected a whole text-to-image model`, sd);
  }
  for (const [part, className] of Object.entries(classes)) {
    const found = components.get(part)?.className ?? className;
    if (found !== className) refuse("class", `has a ${part} of the class ${found}, expected ${className}`, sd);
  }
  // a U-Net of pixels works on red, green and blue; every other one needs its autoencoder
  if (!components.has("vae") && components.get("unet")!.config["in_channels"] !== 3) {
    refuse("parts", "holds no vae, which turns its latents into pictures", "take a file with the autoencoder inside");
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

/** The folder's own tokenizer, or the published one with the token that pads the family's prompts. */
async function tokenizerOf({ name, layout, family, padTokens }: Checkpoint): Promise<TokenizerFiles> {
  if (layout !== "folder") return publishedFiles(padTokens.get("text_encoder") ?? padOf(family));
  const source = await diskSource(name);
  const names = await source.list("tokenizer");
  if (!names.includes("vocab.json")) return publishedFiles(padOf(family));
  const texts = tokenizerFileNames.map(async (file) => {
    const missing = file === "special_tokens_map.json" && !names.includes(file);
    return [file, missing ? "{}" : await source.readText(`tokenizer/${file}`)] as const;
  });
  return Object.fromEntries(await Promise.all(texts)) as TokenizerFiles;
}

const padOf = (family: Family | undefined): string => (family === "sd2" ? "!" : "<|endoftext|>");

async function publishedFiles(padToken: string): Promise<TokenizerFiles> {
  const { vocab, merges } = await clipVocabulary();
  return {
    "vocab.json": JSON.stringify(vocab),
    "merges.txt": `#version: 0.2\n${merges}\n`,
    "tokenizer_config.json": JSON.stringify({ model_max_length: 77, pad_token: padToken }),
    "special_tokens_map.json": "{}",
  };
}

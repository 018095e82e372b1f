import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { encodeSafetensors, parseSafetensors } from "../src/formats/safetensors/safetensors.ts";
import { torchCpu } from "../src/math/random.ts";
import { initialize } from "../src/nn/init.ts";
import { modelParameters } from "../src/pipelines/model/components.ts";
import { encodeModelFolder, type ModelFolder } from "../src/pipelines/model/encode-folder.ts";
import type { ModelConfigs } from "../src/pipelines/model/model-folder.ts";
import { textToImageModules } from "../src/pipelines/model/text-to-image-modules.ts";
import { type TokenizerFiles, tokenizerFrom } from "../src/tokenizers/files.ts";
import { trainBytePairs } from "../src/tokenizers/train.ts";
import { tinyConfigs } from "../src/train/tiny.cases.ts";

/** What a model of random weights is made of; the text encoder is told what the tokenizer decides. */
export interface RandomModel {
  readonly configs: ModelConfigs;
  readonly tokenizer?: TokenizerFiles;
  readonly seed?: number;
  readonly dtype?: ModelFolder["dtype"];
  /** Factors that weights of these names are multiplied by. */
  readonly factors?: Readonly<Record<string, number>>;
}

const tinyTokenizer = trainBytePairs(["a red apple", "a blue cat"], { merges: 8, contextLength: 8 });

function withVocabulary<Configs extends ModelConfigs>(configs: Configs, tokenizer: TokenizerFiles) {
  const { vocabSize, endTokenId, modelMaxLength } = tokenizerFrom(tokenizer);
  const sizes = { vocab_size: vocabSize, max_position_embeddings: modelMaxLength, eos_token_id: endTokenId };
  return { ...configs, text_encoder: { ...configs.text_encoder, ...sizes } };
}

/** The files of a text-to-image model that nobody has trained. */
export function randomModel({
  configs,
  tokenizer = tinyTokenizer,
  seed = 0,
  dtype = "F16",
  factors = {},
}: RandomModel) {
  const components = withVocabulary(configs, tokenizer);
  const parameters = modelParameters(textToImageModules(components));
  const weights = new Map(Object.entries(initialize(parameters, torchCpu(seed))));
  for (const [name, factor] of Object.entries(factors)) {
    const { data, ...type } = weights.get(name)!;
    weights.set(name, { ...type, data: Float32Array.from(data, (v) => v * factor) });
  }
  return encodeModelFolder({ configs: components, tokenizers: [tokenizer], weights, dtype });
}

/** DDIM over the cosine schedule, for networks that predict v. */
export const tinyScheduler = {
  _class_name: "DDIMScheduler",
  prediction_type: "v_prediction",
  beta_schedule: "squaredcos_cap_v2",
};

/** The tokenizer and the configurations of a model of pixels. */
export const tinyModelParts = () => ({
  tokenizer: tinyTokenizer,
  configs: withVocabulary({ ...tinyConfigs, scheduler: tinyScheduler }, tinyTokenizer),
});

/** A model of 8 x 8 pixels with random weights; sizes are multiples of 2. */
export const tinyPixelModel = ({ seed = 0 } = {}) =>
  randomModel({ configs: { ...tinyConfigs, scheduler: tinyScheduler }, seed });

const UNET = "unet/diffusion_pytorch_model";

/** The same model with the weights of its U-Net in two shards, and in a variant's file. */
export function tinyPixelForms() {
  const { [`${UNET}.safetensors`]: unet, ...rest } = Object.fromEntries(tinyPixelModel());
  const tensors = [...parseSafetensors(unet as Uint8Array).tensors];
  const halves = [tensors.slice(0, 20), tensors.slice(20)];
  const name = (i: number) => `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;
  const map = Object.fromEntries(halves.flatMap((half, i) => half.map(([key]) => [key, name(i)])));
  const shards = Object.fromEntries(halves.map((half, i) => [`unet/${name(i)}`, encodeSafetensors(new Map(half))]));
  const index = { [`${UNET}.safetensors.index.json`]: JSON.stringify({ weight_map: map }) };
  const form = (files: Readonly<Record<string, Uint8Array | string>>) =>
    new Map<string, Uint8Array | string>(Object.entries({ ...rest, ...files }));
  return { sharded: form({ ...shards, ...index }), variant: form({ [`${UNET}.fp16.safetensors`]: unet! }) };
}

/** Writes files under a folder. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { torchCpu } from "../src/math/random.ts";
import { initialise } from "../src/nn/initialise.ts";
import { encodeModelFolder, type ModelConfigs } from "../src/pipelines/model-folder.ts";
import { modelParameters, textToImageModules } from "../src/pipelines/modules.ts";
import { type TokenizerFiles, tokenizerFrom } from "../src/tokenizers/files.ts";
import { trainBytePairs } from "../src/tokenizers/train.ts";
import { tinyConfigs } from "../src/train/tiny.cases.ts";

/** What a model of random weights is made of; the text encoder is told what the tokenizer decides. */
export interface RandomModel {
  readonly configs: ModelConfigs;
  readonly tokenizer?: TokenizerFiles;
  readonly seed?: number;
}

const tinyTokenizer = trainBytePairs(["a red apple", "a blue cat"], { merges: 8, contextLength: 8 });

/** The files of a text-to-image model that nobody has trained. */
export function randomModel({ configs, tokenizer = tinyTokenizer, seed = 0 }: RandomModel) {
  const { vocabSize, endTokenId, modelMaxLength } = tokenizerFrom(tokenizer);
  const told = { vocab_size: vocabSize, max_position_embeddings: modelMaxLength, eos_token_id: endTokenId };
  const whole = { ...configs, text_encoder: { ...configs.text_encoder, ...told } };
  const parameters = modelParameters(textToImageModules(whole));
  const weights = new Map(Object.entries(initialise(parameters, torchCpu(seed))));
  return encodeModelFolder({ configs: whole, tokenizers: [tokenizer], weights });
}

const scheduler = { _class_name: "DDIMScheduler", prediction_type: "v_prediction", beta_schedule: "squaredcos_cap_v2" };

/** A model of 8 x 8 pixels with random weights; sizes are multiples of 2. */
export const tinyPixelModel = ({ seed = 0 } = {}) => randomModel({ configs: { ...tinyConfigs, scheduler }, seed });

/** A latent model with random weights: 16 x 16 pixels, latents of 4 x 8 x 8. */
export const tinyLatentModel = ({ seed = 0 } = {}) =>
  randomModel({
    configs: {
      ...tinyConfigs,
      unet: { ...tinyConfigs.unet, in_channels: 4, out_channels: 4 },
      vae: {
        block_out_channels: [8, 8],
        down_block_types: ["DownEncoderBlock2D", "DownEncoderBlock2D"],
        up_block_types: ["UpDecoderBlock2D", "UpDecoderBlock2D"],
        latent_channels: 4,
        norm_num_groups: 4,
      },
      scheduler,
    },
    seed,
  });

/** Writes files under a folder. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

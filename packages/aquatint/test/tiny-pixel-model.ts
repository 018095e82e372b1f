import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { torchCpu } from "../src/math/random.ts";
import { initialise } from "../src/nn/initialise.ts";
import { encodeModelFolder } from "../src/pipelines/model-folder.ts";
import { modelParameters, textToImageModules } from "../src/pipelines/modules.ts";
import { tokenizerFrom } from "../src/tokenizers/files.ts";
import { trainBytePairs } from "../src/tokenizers/train.ts";
import { tinyConfigs } from "../src/train/tiny.cases.ts";

const CONTEXT = 8;

/** The files of a pixel model with random weights, trained by nobody: 8 x 8 pixels, multiples of 2. */
export function tinyPixelModel({ seed = 0 } = {}): ReadonlyMap<string, Uint8Array | string> {
  const tokenizer = trainBytePairs(["a red apple", "a blue cat"], { merges: 8, contextLength: CONTEXT });
  const { vocabSize, endTokenId } = tokenizerFrom(tokenizer);
  const configs = {
    unet: tinyConfigs.unet,
    text_encoder: {
      ...tinyConfigs.text_encoder,
      vocab_size: vocabSize,
      max_position_embeddings: CONTEXT,
      eos_token_id: endTokenId,
    },
    scheduler: { _class_name: "DDIMScheduler", prediction_type: "v_prediction", beta_schedule: "squaredcos_cap_v2" },
  };
  const parameters = modelParameters(textToImageModules(configs));
  const weights = new Map(Object.entries(initialise(parameters, torchCpu(seed))));
  return encodeModelFolder({ configs, tokenizers: [tokenizer], weights });
}

/** Writes files under a folder. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

import type { HostTensor } from "../src/graph/types.ts";
import { torchCpu } from "../src/math/random.ts";
import { initialise } from "../src/nn/initialise.ts";
import { encodeModelFolder } from "../src/pipelines/model-folder.ts";
import { modelParameters, textToImageModules } from "../src/pipelines/modules.ts";
import { tokenizerFrom } from "../src/tokenizers/files.ts";
import { trainBytePairs } from "../src/tokenizers/train.ts";
import { tinyConfigs } from "../src/train/tiny.cases.ts";

const CONTEXT = 8;
const CHANNELS = 8;

export interface TinyLatentOptions {
  readonly seed?: number;
  /** Whether the decoder's values pass 65504, so that it overflows in float16 and does not in float32. */
  readonly overflows?: boolean;
}

/** The files of a latent model with random weights: 64 x 64 pixels, multiples of 8. */
export function tinyLatentModel({ seed = 0, overflows = false }: TinyLatentOptions = {}) {
  const tokenizer = trainBytePairs(["a red apple", "a blue cat"], { merges: 8, contextLength: CONTEXT });
  const { vocabSize, endTokenId } = tokenizerFrom(tokenizer);
  const levels = 4;
  const configs = {
    unet: { ...tinyConfigs.unet, in_channels: 4, out_channels: 4 },
    text_encoder: {
      ...tinyConfigs.text_encoder,
      vocab_size: vocabSize,
      max_position_embeddings: CONTEXT,
      eos_token_id: endTokenId,
    },
    vae: {
      block_out_channels: Array(levels).fill(CHANNELS),
      down_block_types: Array(levels).fill("DownEncoderBlock2D"),
      up_block_types: Array(levels).fill("UpDecoderBlock2D"),
      norm_num_groups: 4,
      sample_size: 64,
    },
    scheduler: { _class_name: "DDIMScheduler", prediction_type: "v_prediction", beta_schedule: "squaredcos_cap_v2" },
  };
  const parameters = modelParameters(textToImageModules(configs));
  const weights = new Map<string, HostTensor>(Object.entries(initialise(parameters, torchCpu(seed))));
  const first = "vae.decoder.conv_in.weight";
  const { data, ...type } = weights.get(first)!;
  // what comes after is normalised, so a factor changes nothing but how large the numbers are
  if (overflows) weights.set(first, { ...type, data: Float32Array.from(data, (v) => v * 1e7) });
  return encodeModelFolder({ configs, tokenizer, weights, dtype: "F32" });
}

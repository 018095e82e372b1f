import { memoryFiles } from "../src/checkpoints/files.ts";
import { openModel } from "../src/checkpoints/open.ts";
import { float32 } from "../src/graph/host-tensor.ts";
import { parseMotionAdapterConfig } from "../src/models/motion/index.ts";
import { motionParameters } from "../src/pipelines/adapters/motion.ts";
import { encodeComponent } from "../src/pipelines/model/encode-folder.ts";
import { textToImageModel } from "../src/pipelines/model/text-to-image-model.ts";
import { noiseWeights } from "./evaluate.ts";
import { tinyLatentModel } from "./tiny-latent-model.ts";

/** The config of motion modules for the U-Net of `tinyLatentModel`: 8 frames at once. */
export const tinyMotionConfig = {
  block_out_channels: [8, 16],
  motion_layers_per_block: 1,
  motion_num_attention_heads: 2,
  motion_norm_num_groups: 4,
  motion_max_seq_length: 8,
};

/** The files of an adapter with random weights; at strength 0 its modules change nothing. */
export function tinyMotionAdapter({ strength = 1, config = tinyMotionConfig } = {}) {
  const weights = noiseWeights(motionParameters(parseMotionAdapterConfig(config)));
  for (const [name, { shape, data }] of weights) {
    if (!name.includes(".proj_out.")) continue;
    const scaled = data.map((v) => v * strength);
    weights.set(name, float32(shape, scaled));
  }
  return new Map(encodeComponent({ folder: "", className: "MotionAdapter", config, weights, dtype: "F32" }));
}

/** A model of images, and the files of an adapter as they are opened. */
export async function tinyVideoParts({ strength = 1 } = {}) {
  const images = await textToImageModel(await openModel(memoryFiles(tinyLatentModel())));
  const opened = await openModel(memoryFiles(tinyMotionAdapter({ strength }), "motion"));
  return { images, opened };
}

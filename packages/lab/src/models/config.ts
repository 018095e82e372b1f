import { configParser } from "aquatint/models";
import { field, integer, listOf } from "aquatint/util";

const size = integer({ from: 1 });

/** The keys that networks between vectors and images have in common. */
const imageFields = {
  sample_size: field(size, 32),
  block_out_channels: field(listOf(size, { min: 1 }), [16, 32, 64, 96]),
  condition_size: field(size, 64),
};
/** The keys of those that are normalized, too. */
const decoderFields = {
  ...imageFields,
  layers_per_block: field(size, 1),
  norm_num_groups: field(size, 8),
  latent_size: field(size, 32),
};

interface ImageSizes {
  readonly sample_size: number;
  readonly block_out_channels: readonly number[];
  readonly norm_num_groups?: number;
}

/** Says what is wrong with the sizes of such a network, if anything is. */
function imageSizesProblem({ sample_size, block_out_channels, norm_num_groups = 1 }: ImageSizes) {
  const factor = 2 ** (block_out_channels.length - 1);
  if (sample_size % factor) return `"sample_size": ${sample_size} is not a multiple of ${factor}`;
  const ragged = block_out_channels.find((channels) => channels % norm_num_groups);
  return ragged === undefined
    ? undefined
    : `"block_out_channels": ${ragged} is not a multiple of the ${norm_num_groups} "norm_num_groups"`;
}

const channels = field(size, 3);

/** Reads the config of a `ConditionalGenerator`. */
export const parseGeneratorConfig = configParser({
  model: "ConditionalGenerator",
  fields: { out_channels: channels, ...decoderFields },
  fixed: {},
  inert: [],
  check: imageSizesProblem,
});
/** A generator's config with its defaults filled in. */
export type GeneratorConfig = ReturnType<typeof parseGeneratorConfig>;

/** Reads the config of a `ConditionalCritic`. */
export const parseCriticConfig = configParser({
  model: "ConditionalCritic",
  fields: {
    in_channels: channels,
    ...imageFields,
    feature_size: field(size, 128),
  },
  fixed: {},
  inert: [],
  check: imageSizesProblem,
});
/** A critic's config with its defaults filled in. */
export type CriticConfig = ReturnType<typeof parseCriticConfig>;

/** Reads the config of a `ConditionalVAE`. */
export const parseVaeConfig = configParser({
  model: "ConditionalVAE",
  fields: { in_channels: channels, ...decoderFields },
  fixed: {},
  inert: [],
  check: imageSizesProblem,
});
/** A variational autoencoder's config with its defaults filled in. */
export type VaeConfig = ReturnType<typeof parseVaeConfig>;

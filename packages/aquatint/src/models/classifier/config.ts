import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();

/** Reads the config of an `ImageClassifier`. */
export const parseClassifierConfig = configParser({
  model: "ImageClassifier",
  fields: {
    in_channels: size.default(3),
    block_out_channels: z.array(size).min(1).default([32, 64, 96]),
    layers_per_block: size.default(1),
    norm_num_groups: size.default(8),
    /** Classes that a place may show, in the order of the output's channels; one more, the last, is for nothing of all that. */
    classes: z.array(z.string()).min(1).default(["thing"]),
  },
  fixed: {},
  inert: [],
  check: ({ block_out_channels, norm_num_groups, classes }) => {
    const ragged = block_out_channels.find((channels) => channels % norm_num_groups);
    if (ragged !== undefined) {
      return `"block_out_channels": ${ragged} is not a multiple of the ${norm_num_groups} "norm_num_groups"`;
    }
    return new Set(classes).size === classes.length ? undefined : '"classes" holds a name twice';
  },
});
/** A classifier's config with its defaults filled in. */
export type ClassifierConfig = ReturnType<typeof parseClassifierConfig>;

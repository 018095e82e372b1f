import { field, integer, listOf, text } from "../../util/fields.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });

/** Reads the config of an `ImageClassifier`. */
export const parseClassifierConfig = configParser({
  model: "ImageClassifier",
  fields: {
    in_channels: field(size, 3),
    block_out_channels: field(listOf(size, { min: 1 }), [32, 64, 96]),
    layers_per_block: field(size, 1),
    norm_num_groups: field(size, 8),
    /** Classes that a place may show, in the order of the output's channels; one more, the last, is for nothing of all that. */
    classes: field(listOf(text, { min: 1 }), ["thing"]),
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

import { z } from "zod";
import { decoderFields, imageFields, imageSizesProblem } from "../blocks/image-fields.ts";
import { configParser } from "../config.ts";

const channels = z.int().positive().default(3);

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
    feature_size: z.int().positive().default(128),
  },
  fixed: {},
  inert: [],
  check: imageSizesProblem,
});
/** A critic's config with its defaults filled in. */
export type CriticConfig = ReturnType<typeof parseCriticConfig>;

import { z } from "zod";
import { decoderFields, imageSizesProblem } from "../blocks/image-fields.ts";
import { configParser } from "../config.ts";

/** Reads the config of a `ConditionalVAE`. */
export const parseVaeConfig = configParser({
  model: "ConditionalVAE",
  fields: { in_channels: z.int().positive().default(3), ...decoderFields },
  fixed: {},
  inert: [],
  check: imageSizesProblem,
});
/** A variational autoencoder's config with its defaults filled in. */
export type VaeConfig = ReturnType<typeof parseVaeConfig>;

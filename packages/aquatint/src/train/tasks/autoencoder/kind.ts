import { taskKind } from "../kind.ts";
import { autoencoderFields } from "./config.ts";

/** Pictures to small latents and back. */
export const autoencoder = taskKind({
  summary: "An AutoencoderKL: pictures to latents a few times smaller along each side, and back.",
  fields: autoencoderFields,
  create: async (config, context) => (await import("./task.ts")).openAutoencoderTask(config, context),
});

import { taskKind } from "../kind.ts";
import { autoencoderFields } from "./config.ts";

/** Images to small latents and back. */
export const autoencoder = taskKind({
  summary: "An AutoencoderKL: images to latents a few times smaller along each side, and back.",
  fields: autoencoderFields,
  create: async (config, context) => (await import("./task.ts")).openAutoencoderTask(config, context),
});

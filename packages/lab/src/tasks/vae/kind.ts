import { taskKind } from "aquatint/train";
import { vaeFields } from "./config.ts";

/** A variational autoencoder of captioned images, by the bound on their likelihood. */
export const vae = taskKind({
  summary: "A variational autoencoder: makes an image of a caption in one pass, and bounds an image's likelihood.",
  fields: vaeFields,
  create: async (config, context) => (await import("./task.ts")).openVaeTask(config, context),
});

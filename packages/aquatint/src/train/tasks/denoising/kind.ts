import { taskKind } from "../kind.ts";
import { denoisingFields } from "./config.ts";

/** A U-Net on captioned images or on their latents, with a text encoder of its own or a frozen one. */
export const denoising = taskKind({
  summary: "A U-Net that denoises captioned images, or their latents where a `vae` is named.",
  fields: denoisingFields,
  settled: ["text_encoder", "vae", "generation"],
  takesLatents: true,
  create: async (config, context) => (await import("./task.ts")).openDenoisingTask(config, context),
});

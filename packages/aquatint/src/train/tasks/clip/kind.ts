import { taskKind } from "../kind.ts";
import { clipFields } from "./config.ts";

/** Images and captions in one space. */
export const clip = taskKind({
  summary: "CLIP: an image tower and a text tower that put an image beside its caption.",
  fields: clipFields,
  create: async (config, context) => (await import("./task.ts")).openClipTask(config, context),
});

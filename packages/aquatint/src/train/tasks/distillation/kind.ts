import { taskKind } from "../kind.ts";
import { distillationFields } from "./config.ts";

/** A U-Net that makes in few steps what another makes in many. */
export const distillation = taskKind({
  summary: "A U-Net that learns to take several of another model's steps at once.",
  fields: distillationFields,
  takesLatents: true,
  create: async (config, context) => (await import("./task.ts")).openDistillationTask(config, context),
});

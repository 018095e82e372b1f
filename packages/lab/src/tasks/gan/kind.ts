import { taskKind } from "aquatint/train";
import { ganFields } from "./config.ts";

/** A generator and the critic that it is trained against, turn by turn. */
export const gan = taskKind({
  summary: "A generator against a critic: makes an image of a caption in one pass.",
  fields: ganFields,
  create: async (config, context) => (await import("./task.ts")).openGanTask(config, context),
});

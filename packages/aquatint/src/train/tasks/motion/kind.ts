import { taskKind } from "../kind.ts";
import { motionFields } from "./config.ts";

/** The motion modules of a U-Net that makes images, on captioned clips. */
export const motion = taskKind({
  summary: "Motion modules (AnimateDiff) for a text-to-image model, whose own weights stay as they are.",
  fields: motionFields,
  takesLatents: true,
  takesClips: true,
  create: async (config, context) => (await import("./task.ts")).openMotionTask(config, context),
});

import { taskKind } from "aquatint/train";
import { classificationFields } from "./config.ts";

/** Names what is to be seen, and where. */
export const classification = taskKind({
  summary: "An ImageClassifier: names what each place of an image shows, from data that knows what is where.",
  fields: classificationFields,
  create: async (config, context) => (await import("./task.ts")).openClassificationTask(config, context),
});

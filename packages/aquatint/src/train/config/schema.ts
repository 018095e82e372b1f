import { z } from "zod";
import { itemAt } from "../../util/items.ts";
import { type ConfigKinds, trainConfigs } from "./config.ts";

/** The JSON schema of a training configuration of any task (draft 2020-12), with every field's description and default; what stands in several places is written once, or inline. */
export function trainJsonSchema(
  kinds: ConfigKinds,
  { reused = "ref" }: { readonly reused?: "ref" | "inline" } = {},
): object {
  const schemas = Object.values(trainConfigs(kinds));
  const [first, more] = [itemAt(schemas, 0), schemas.slice(1)];
  const any = more.length > 0 ? z.union([first, ...more]) : first;
  return { title: "A training run of aquatint", ...z.toJSONSchema(any, { io: "input", reused }) };
}

import { z } from "zod";
import type { DatasetKinds } from "../../data/kind.ts";
import { itemAt } from "../../util/items.ts";
import { trainConfigs } from "./config.ts";

/** The JSON schema of a training configuration of any task (draft 2020-12), with every field's description and default; what stands in several places is written once, or inline. */
export function trainJsonSchema(
  datasets: DatasetKinds,
  { reused = "ref" }: { readonly reused?: "ref" | "inline" } = {},
): object {
  const schemas = Object.values(trainConfigs(datasets));
  const [first, more] = [itemAt(schemas, 0), schemas.slice(1)];
  const any = more.length > 0 ? z.union([first, ...more]) : first;
  return { title: "A training run of aquatint", ...z.toJSONSchema(any, { io: "input", reused }) };
}

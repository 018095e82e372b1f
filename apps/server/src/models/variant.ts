import { resolve } from "node:path";
import { openModel } from "aquatint/node";
import type { CatalogOptions } from "./kinds.ts";
import { remembered } from "./remembered.ts";

/** Tells a file of weights in 8 bits from the name of a variant. */
const isVariantFile = (variant: string): boolean => variant.endsWith(".safetensors");

/** Models that have a variant, by the variant and the model's stamp. */
const having = new Map<string, Promise<boolean>>();

/** The variant that a model is opened with: a file is the first model's, a name that of every model that has it. */
export async function variantOf(
  path: string,
  stamp: string,
  { models, variant }: Pick<CatalogOptions, "models" | "variant">,
): Promise<string | undefined> {
  if (variant === undefined) return undefined;
  if (isVariantFile(variant)) return path === resolve(models[0] ?? "") ? variant : undefined;
  if (/\.(safetensors|sft)$/i.test(path)) return undefined; // variants are files in a folder
  const isThere = await remembered(having, `${variant} ${stamp}`, () =>
    openModel(path, { variant }).then(
      () => true,
      () => false,
    ),
  );
  return isThere ? variant : undefined;
}

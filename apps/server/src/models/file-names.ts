import { AquatintError } from "aquatint";
import { type ModelCatalog, modelKinds } from "./catalog.ts";

/** An error about files of the catalog that names them as requests do: where they lie on the server's disk is not told. */
export async function withFileNames(error: unknown, models: ModelCatalog): Promise<unknown> {
  if (!(error instanceof AquatintError)) return error;
  const lists = await Promise.all(modelKinds.map((kind) => models.list(kind).catch(() => [])));
  const files = lists.flat().toSorted((a, b) => b.path.length - a.path.length);
  const replaced = (text: string): string => files.reduce((all, { path, name }) => all.replaceAll(path, name), text);
  const { code, message, hint } = error;
  return new AquatintError(code, replaced(message), { hint: hint && replaced(hint), cause: error });
}

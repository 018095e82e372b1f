import { AquatintError } from "../../errors.ts";

/** The entry of an autoencoder's class in a table: Stable Diffusion's unless its config names another. @throws AquatintError "config/value". */
export function latentClass<T>(json: unknown, table: Readonly<Record<string, T>>): T {
  const { _class_name: className = "AutoencoderKL" } = json as { readonly _class_name?: unknown };
  const entry = Object.hasOwn(table, String(className)) ? table[String(className)] : undefined;
  if (entry !== undefined) return entry;
  throw new AquatintError("config/value", `the autoencoder is of the class ${JSON.stringify(className)}`, {
    hint: `known are ${Object.keys(table).join(" and ")}`,
  });
}

import { AquatintError } from "../../errors.ts";
import type { LatentSpace } from "../../models/autoencoder/latent-space.ts";
import { type ModelClassName, modelClass } from "../../models/classes.ts";
import { latentSpaces } from "../../models/latent-spaces.ts";

/**
 * The latents of the autoencoder that a config describes: Stable Diffusion's unless it names another class.
 * @throws AquatintError "config/…" where the class is unknown or its fields are wrong.
 */
export function latentSpace(json: unknown): LatentSpace {
  const { _class_name: className = "AutoencoderKL" } = json as { readonly _class_name?: unknown };
  const latents = modelClass(String(className)) && latentSpaces[className as ModelClassName];
  if (latents) return latents(json);
  throw new AquatintError("config/value", `the autoencoder is of the class ${JSON.stringify(className)}`, {
    hint: `known are ${Object.keys(latentSpaces).join(" and ")}`,
  });
}

import type { LatentSpace } from "../../models/autoencoder/latent-space.ts";
import { latentSpaces } from "../../models/latent-spaces.ts";
import { latentClass } from "./latent-class.ts";

/**
 * The latents of the autoencoder that a config describes: Stable Diffusion's unless it names another class.
 * @throws AquatintError "config/…" where the class is unknown or its fields are wrong.
 */
export const latentSpace = (json: unknown): LatentSpace =>
  latentClass<(json: unknown) => LatentSpace>(json, latentSpaces)(json);

import { klLatentSpace, type LatentSpace } from "../../models/autoencoder/latent-space.ts";
import type { latentSpaces } from "../../models/latent-spaces.ts";
import { latentClass } from "./latent-class.ts";

type LatentSpaceOf = (json: unknown) => LatentSpace;

/** Loads each class of `latentSpaces`; the usual one is there at once. */
const loaders: Readonly<Record<keyof typeof latentSpaces, () => Promise<LatentSpaceOf>>> = {
  AsymmetricAutoencoderKL: async () =>
    (await import("../../models/autoencoder-asymmetric/asymmetric-autoencoder-kl.ts")).asymmetricLatentSpace,
  AutoencoderKL: async () => klLatentSpace,
  AutoencoderTiny: async () => (await import("../../models/autoencoder-tiny/latent-space.ts")).tinyLatentSpace,
};

/** `latentSpace`, which loads the code of the config's class alone. @throws AquatintError as that does. */
export async function loadLatentSpace(json: unknown): Promise<LatentSpace> {
  const load = latentClass(json, loaders);
  return (await load())(json);
}

import { klLatentSpace, type LatentSpace } from "./autoencoder/latent-space.ts";
import { asymmetricLatentSpace } from "./autoencoder-asymmetric/asymmetric-autoencoder-kl.ts";
import { tinyLatentSpace } from "./autoencoder-tiny/latent-space.ts";
import type { ModelClassName } from "./classes.ts";

/** The latents of autoencoders as a U-Net works on them, from their configs, by class. @throws AquatintError "config/…". */
export const latentSpaces = {
  AsymmetricAutoencoderKL: asymmetricLatentSpace,
  AutoencoderKL: klLatentSpace,
  AutoencoderTiny: tinyLatentSpace,
} as const satisfies Partial<Record<ModelClassName, (json: unknown) => LatentSpace>>;

/** Bounds on likelihoods: the ELBO of diffusion models and of latent-variable models, and distributions of pixel values. */
export * from "./elbo.ts";
export * from "./likelihood.ts";
export * from "./reverse-process.ts";
export * from "./variational.ts";

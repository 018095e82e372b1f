/** The measurements of the theory report, without files and drawings: they run in Node and in the browser. */
export * from "./flow.ts";
export * from "./one-shot.ts";
export * from "./pixel-denoiser.ts";
export * from "./pixel-elbo.ts";
export * from "./sampling.ts";
export * from "./toy.ts";

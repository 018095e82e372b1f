/** Readings of networks: the parts of a U-Net, their activations, and attention to words. */
export * from "./part-outputs.ts";
export * from "./unet-observer.ts";
export * from "./unet-parts.ts";
export * from "./words.ts";

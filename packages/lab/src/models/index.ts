/** Networks that make an image of a vector and a condition in one pass, and what a classifier's grid says. */
export * from "./conditional-critic.ts";
export * from "./conditional-generator.ts";
export * from "./conditional-vae.ts";
export * from "./config.ts";
export * from "./detections.ts";
export * from "./one-pass-folder.ts";

/** Clips of a prompt: text to video, video to video and image to video by AnimateDiff's motion modules. */
export type { ClipShape } from "./clip-shape.ts";
export type { FrameConditioning } from "./frame-conditions.ts";
export type { FrameNoise } from "./frame-noise.ts";
export type { FreeInit, FreeInitOptions } from "./free-init.ts";
export * from "./options.ts";
export * from "./plan.ts";
export type { ClipControl } from "./planned-frames.ts";
export type { PromptKey } from "./prompt-keys.ts";
export * from "./text-to-video.ts";

/** Clips of a prompt: text to video, video to video and image to video by AnimateDiff's motion modules. */
export * from "./options.ts";
export * from "./plan.ts";
export * from "./text-to-video.ts";

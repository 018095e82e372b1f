/** The command line, for packages that add commands to it. */
export type { Command } from "commander";
export { reportTraining } from "./commands/train.ts";
export type { AddCommand, Commands } from "./commands.ts";
export type { Io, Output } from "./io.ts";
export { main } from "./main.ts";
export { imageInput, stemOf } from "./options/image-input.ts";
export { choice, decimal, seed, times, whole } from "./options/names.ts";
export { openFile, openOutputs, shortPath } from "./options/outputs.ts";
export { createProgress } from "./terminal/progress.ts";
export { renderImage, supportsImages } from "./terminal/terminal.ts";
export { version } from "./version.ts";

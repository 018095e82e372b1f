/** The command line, for packages that add commands to it. */
export type { Command } from "commander";
export { reportTraining, type ShownEvent } from "./commands/train.ts";
export type { AddCommand, Commands } from "./commands.ts";
export type { Io, Output } from "./io.ts";
export { main } from "./main.ts";
export { imageInput, stemOf } from "./options/image-input.ts";
export { choice, decimal, seed, times } from "./options/names.ts";
export { type NamedFile, openFile, openOutputs, shortPath } from "./options/outputs.ts";
export { integer, type Parser, type Range } from "./options/parsers.ts";
export { createProgress, type Progress, type ProgressOptions } from "./terminal/progress.ts";
export { renderImage, supportsImages } from "./terminal/terminal.ts";
export { version } from "./version.ts";

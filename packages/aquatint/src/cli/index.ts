/** The command line, for packages that add commands to it. */
export type { Command } from "commander";
export { reportTraining, type ShownEvent } from "./commands/train.ts";
export type { AddCommand, Commands } from "./commands.ts";
export type { Io, Output } from "./io.ts";
export { main } from "./main.ts";
export { variantIn } from "./options/checkpoint.ts";
export { type ImageInput, imageInput, stemOf } from "./options/image-input.ts";
export { memorySize, precision, precisionText } from "./options/memory.ts";
export { choice, decimal, device, seed, times } from "./options/names.ts";
export {
  type NamedFile,
  type OutputOptions,
  type Outputs,
  openFile,
  openOutputs,
  shortPath,
  type Write,
  type WriteImage,
} from "./options/outputs.ts";
export { integer, type Parser, type Range } from "./options/parsers.ts";
export { createProgress, type Progress, type ProgressOptions } from "./terminal/progress.ts";
export { renderImage, supportsImages, type TerminalOf } from "./terminal/terminal.ts";
export { version } from "./version.ts";

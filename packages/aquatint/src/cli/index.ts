/** The command line, for packages that add commands to it. */
export type { Command } from "commander";
export type { AddCommand, Commands } from "./commands.ts";
export type { Io, Output } from "./io.ts";
export { main } from "./main.ts";
export { whole } from "./options.ts";
export { openFile, shortPath } from "./outputs.ts";
export { createProgress } from "./progress.ts";
export { reportTraining } from "./train.ts";
export { version } from "./version.ts";

import type { Command } from "commander";
import type { Io } from "./io.ts";

/** Adds a command to the program; returns the command. */
export type AddCommand = (program: Command, io: Io) => Command;

/** Commands by name. The code of each is loaded when the command is run or the help lists it. */
export type Commands = Readonly<Record<string, () => Promise<AddCommand>>>;

import type { Command } from "commander";
import { AquatintError } from "../packages/aquatint/src/errors.ts";

/** Runs a program on the arguments of the process; an error that is meant for people is printed, and the exit code is 1. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof AquatintError)) throw error;
    console.error(`${error.message}${error.hint ? `\n${error.hint}` : ""}`);
    process.exitCode = 1;
  }
}

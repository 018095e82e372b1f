import { Command, CommanderError } from "commander";
import { AquatintError, messageOf } from "../errors.ts";
import { addData } from "./data.ts";
import { addDenoise } from "./denoise.ts";
import { addElbo } from "./elbo.ts";
import { addGenerate } from "./generate.ts";
import { Interrupted, type Io, inProcess } from "./io.ts";
import { addNoise } from "./noise.ts";
import { addRuns } from "./runs.ts";
import { addSamplers } from "./samplers.ts";
import { addSchedule } from "./schedule.ts";
import { addTheory } from "./theory.ts";
import { addTrain } from "./train.ts";
import { version } from "./version.ts";

/** Runs the `aquatint` command; returns its exit code. Nothing is thrown. */
export const main = (argv: readonly string[], io?: Io): Promise<number> =>
  io ? run(argv, io) : inProcess((process) => run(argv, process));

async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    return report(error, io);
  }
}

const commands = [addTrain, addRuns, addData, addSamplers, addSchedule, addNoise, addDenoise, addElbo, addTheory];

function createProgram(io: Io): Command {
  const program = new Command("aquatint")
    .description("Pictures from words: trains diffusion models and makes pictures with them, without Python.")
    .version(version, "-v, --version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(withHint(text, "aquatint --help lists the commands")),
    });
  addHint(
    addGenerate(program, io),
    "a prompt of several words goes in quotes; aquatint generate --help lists the options",
  );
  for (const add of commands) {
    const command = add(program, io);
    addHint(command, `aquatint ${command.name()} --help lists the options`);
  }
  return program;
}

const addHint = (command: Command, hint: string): Command =>
  command.configureOutput({ outputError: (text, write) => write(withHint(text, hint)) });

/** Commander's message in our form: its suggestion is the hint, or else `otherwise`. */
function withHint(text: string, otherwise: string): string {
  const [message = "", suggestion] = text.trimEnd().split("\n");
  return `${message}\nhint: ${suggestion ? suggestion.replace(/^\(D/, "d").replace(/\)$/, "") : otherwise}\n`;
}

/** Says what went wrong, in words for who typed the command; returns the exit code. */
function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode; // already told
  if (error instanceof Interrupted) {
    io.stderr.write("interrupted\n");
  } else if (error instanceof AquatintError) {
    io.stderr.write(`error: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ""}`);
  } else {
    io.stderr.write(`error: something went wrong that should not: ${messageOf(error)}\n`);
    io.stderr.write("hint: set AQUATINT_DEBUG=1 to see where, and report it\n");
  }
  if (io.env["AQUATINT_DEBUG"] === "1" && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  const { reason } = io.signal;
  return reason instanceof Interrupted ? reason.exitCode : 1;
}

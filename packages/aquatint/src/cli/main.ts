import { Command, CommanderError, Help, type Option } from "commander";
import { AquatintError, messageOf } from "../errors.ts";
import { itemAt, lookup } from "../util/items.ts";
import type { Commands } from "./commands.ts";
import { Interrupted, type Io, inProcess } from "./io.ts";
import { packageCommands } from "./package-commands.ts";
import { version } from "./version.ts";

/** Runs the `aquatint` command; returns its exit code. Nothing is thrown. */
export const main = (argv: readonly string[], io?: Io): Promise<number> =>
  io ? run(argv, io) : inProcess((process) => run(argv, process));

async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const program = await createProgram(io, argv[0]);
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    return report(error, io);
  }
}

/** Each command's own code, loaded where it is asked for: a command starts as fast as what it needs. */
const commands: Commands = {
  generate: async () => (await import("./commands/generate.ts")).addGenerate,
  video: async () => (await import("./commands/video.ts")).addVideo,
  train: async () => (await import("./commands/train.ts")).addTrain,
  runs: async () => (await import("./commands/runs.ts")).addRuns,
  data: async () => (await import("./commands/data.ts")).addData,
  encode: async () => (await import("./commands/encode.ts")).addEncode,
  samplers: async () => (await import("./commands/samplers.ts")).addSamplers,
  ...packageCommands(),
  inspect: async () => (await import("./commands/inspect.ts")).addInspect,
  info: async () => (await import("./commands/info.ts")).addInfo,
  quantize: async () => (await import("./commands/quantize.ts")).addQuantize,
  pull: async () => (await import("./commands/pull.ts")).addPull,
  cache: async () => (await import("./commands/cache.ts")).addCache,
};

/** Hints for a command that was typed wrongly. */
const advice: Readonly<Record<string, string>> = { generate: "a prompt of several words goes in quotes; " };

/** Options of images and of clips for names of other programs. */
const namesOfSampling = {
  "--width": "--size 512x512",
  "--height": "--size 512x512",
  "--cfg-scale": "--guidance 7.5",
  "--guidance-scale": "--guidance 7.5",
  "--num-inference-steps": "--steps 20",
  "--negative-prompt": '--negative "blurry"',
  "--sampling-method": "--sampler dpmpp-2m",
  "--prompt": '"a red apple", without an option',
  "-p": '"a red apple", without an option',
};

/** The command's options for names of other programs. */
const namedElsewhere: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  generate: { ...namesOfSampling, "--output": "--out image.png", "-o": "--out image.png" },
  video: {
    ...namesOfSampling,
    "--num-frames": "--frames 16",
    "--video-length": "--frames 16",
    "--context-length": "--context 16",
    "--loop": "--loops 0",
    "--format": "--out clip.gif",
    "--output": "--out clip.webp",
    "-o": "--out clip.webp",
  },
};

/** The program with the command that `first` names, or with all of them where it is none: a prompt, or --help. */
async function createProgram(io: Io, first = ""): Promise<Command> {
  const program = new Command("aquatint")
    .description("Train diffusion models and make images with them, without Python.")
    .version(version, "-v, --version", "print the version")
    .helpCommand(false)
    .configureHelp({ optionDescription })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(withHint(text, commandHint(text))),
    });
  const loaders = Object.hasOwn(commands, first) ? [lookup(commands, first)] : Object.values(commands);
  for (const add of await Promise.all(loaders.map((load) => load()))) {
    const command = add(program, io);
    const name = command.name();
    addHint(command, `${advice[name] ?? ""}aquatint ${name} --help lists the options`, namedElsewhere[name]);
  }
  return program;
}

/** Commander's description of an option, which does not say that a command needs it. */
const optionDescription = (option: Option): string =>
  `${Help.prototype.optionDescription(option)}${option.mandatory ? " (required)" : ""}`;

/** A word with spaces is a prompt. */
const commandHint = (text: string): string =>
  /unknown command '.*\s.*'/.test(text)
    ? 'a prompt follows its command: aquatint generate "a red apple"'
    : "aquatint --help lists the commands";

const addHint = (command: Command, hint: string, elsewhere: Readonly<Record<string, string>> = {}): Command =>
  command.configureOutput({
    outputError(text, write) {
      const option = /unknown option '(.+)'/.exec(text)?.[1] ?? "";
      const alternative = /\s/.test(option)
        ? `a text that begins with "-", after two more: -- "${option}"`
        : elsewhere[option];
      write(alternative ? withHint(itemAt(text.split("\n"), 0), `here it is ${alternative}`) : withHint(text, hint));
    },
  });

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
    io.stderr.write(`internal error: ${messageOf(error)}\n`);
    io.stderr.write("hint: set AQUATINT_DEBUG=1 to see where, and report it\n");
  }
  if (io.env["AQUATINT_DEBUG"] === "1" && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  const { reason } = io.signal;
  return reason instanceof Interrupted ? reason.exitCode : 1;
}

import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import { modelHash } from "../../pipelines/metadata/model-hash.node.ts";
import { SHORT_HASH } from "../../pipelines/metadata/parameters.ts";
import { type Likeness, likeness } from "../../pipelines/metadata/reproduce.ts";
import type { TextToImageModel } from "../../pipelines/model/model-folder.ts";
import type { TextToImageOptions } from "../../pipelines/text-to-image/text-to-image.ts";
import { metadataIn } from "../commands/info.ts";
import type { Io } from "../io.ts";
import { printable } from "../terminal/escape.ts";
import type { CheckpointFlags } from "./checkpoint.ts";
import type { PictureFlags } from "./image-files.ts";

/** What was asked for: the options as they were parsed, and what the picture says where none was given. */
export interface Asked<T> {
  readonly prompt: string;
  readonly flags: T;
  /** Of the picture that is made again, where there is one. */
  readonly like: Likeness | undefined;
}

/** Where a command's options come from. */
export interface AskedFrom {
  readonly command: Command;
  readonly io: Io;
}

/** The prompt and options of a command, completed from the picture of `--like`; what it says otherwise goes to stderr. */
export async function asked<T extends PictureFlags & Pick<CheckpointFlags, "lora">>(
  prompt: string | undefined,
  flags: T,
  { command, io }: AskedFrom,
): Promise<Asked<T>> {
  if (flags.like === undefined) {
    if (prompt !== undefined) return { prompt, flags, like: undefined };
    return command.error("error: missing required argument 'prompt'", { code: "commander.missingArgument" });
  }
  const like = likeness(await metadataIn(flags.like, io.cwd), { name: flags.like, loras: flags.lora });
  const isGiven = (key: string) =>
    [key, ...(governing[key] ?? [])].some((option) => command.getOptionValueSource(option) === "cli");
  const { prompt: originalPrompt, ...options } = flagsOf(like.options);
  const completed = Object.entries(options).filter(([key, value]) => value !== undefined && !isGiven(key));
  for (const note of like.notes) io.stderr.write(`note: ${printable(note)}\n`);
  return { prompt: prompt ?? originalPrompt, flags: { ...flags, ...Object.fromEntries(completed) }, like };
}

/** Options that mean something beside another one alone: where that is given, theirs is not taken over. */
const governing: Readonly<Record<string, readonly string[]>> = {
  clipSkipRule: ["clipSkip"],
  emphasis: ["promptSyntax"],
};

/** Options under the names of the command's flags. */
const flagsOf = ({ width, height, ...options }: TextToImageOptions) => ({
  ...options,
  size: width !== undefined && height !== undefined ? { width, height } : undefined,
});

/** Whose model is compared with the picture's. */
export interface Compared {
  readonly model: TextToImageModel;
  /** Whether the model was named. */
  readonly named: boolean;
  readonly io: Io;
}

/**
 * Compares the model with the one that made the picture. A named model may be another, which is said on stderr; the default
 * model may not. @throws AquatintError "like/model".
 */
export async function checkSameModel(like: Likeness, { model, named, io }: Compared): Promise<void> {
  const expected = like.modelHash;
  const called = printable(like.model ?? "a model without a name");
  if (expected === undefined) {
    if (!named) io.stderr.write(`note: the picture was made by ${called}, the default model may make another\n`);
    return;
  }
  const actual = await modelHash(model);
  if (actual?.startsWith(expected.toLowerCase())) return;
  const short = (hash: string | undefined) => (hash ? ` (${printable(hash.slice(0, SHORT_HASH))})` : "");
  const message = `the picture was made by ${called}${short(expected)}`;
  if (!named) {
    throw new AquatintError("like/model", `${message}, which is not the default model${short(actual)}`, {
      hint: "name the model that made it: --model PATH; another one makes another picture",
    });
  }
  io.stderr.write(`note: ${message}; this one${short(actual)} makes another\n`);
}

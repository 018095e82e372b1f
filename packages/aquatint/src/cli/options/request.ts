import type { Command } from "commander";
import type { Io } from "../io.ts";
import type { CheckpointFlags } from "./checkpoint.ts";
import type { MetadataOptions } from "./like.ts";

/** Options of a command, some of them from the file of `--like`, and the prompt of that file. */
export type CommandOptions<T> = Pick<MetadataOptions<T>, "flags"> & Partial<MetadataOptions<T>>;

/** Prompt and options of a command. */
export type CommandRequest<T> = CommandOptions<T> & { readonly prompt: string };

interface RequestContext {
  readonly command: Command;
  readonly io: Io;
  /** True where the command makes clips. */
  readonly clips: boolean;
}

/** The options of the command line, or with `--like` those of a file under them; the reader of metadata is loaded for it. */
export async function commandOptions<T extends Pick<CheckpointFlags, "lora"> & { readonly like?: string }>(
  flags: T,
  context: RequestContext,
): Promise<CommandOptions<T>> {
  const { like } = flags;
  return like === undefined ? { flags } : (await import("./like.ts")).metadataOptions(like, flags, context);
}

/** Ends a command that got no prompt as commander ends one that lacks an argument. */
export const missingPrompt = (command: Command): never =>
  command.error("error: missing required argument 'prompt'", { code: "commander.missingArgument" });

import type { Command } from "commander";
import type { Io } from "../io.ts";
import type { CheckpointFlags } from "./checkpoint.ts";
import type { MetadataOptions } from "./like.ts";

/** Prompt and options of a command, some of them from the file of `--like`. */
export type CommandRequest<T> = Omit<MetadataOptions<T>, "like"> & Partial<Pick<MetadataOptions<T>, "like">>;

interface RequestContext {
  readonly command: Command;
  readonly io: Io;
  /** True where the command makes clips. */
  readonly clips: boolean;
}

/** The prompt and options of the command line, or with `--like` those of a file under them. */
export async function commandRequest<T extends Pick<CheckpointFlags, "lora"> & { readonly like?: string }>(
  prompt: string | undefined,
  flags: T,
  context: RequestContext,
): Promise<CommandRequest<T>> {
  const { like } = flags;
  // the reader of metadata is loaded only where it is needed
  const base = like && (await (await import("./like.ts")).metadataOptions(like, flags, context));
  const text = prompt ?? (base ? base.prompt : undefined);
  if (text !== undefined) return { ...(base || { flags }), prompt: text };
  return context.command.error("error: missing required argument 'prompt'", { code: "commander.missingArgument" });
}

import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import type { Seed } from "../../math/random.ts";
import { DEFAULT_MODEL_PACKAGE } from "../../pipelines/default-model.node.ts";
import type { Device } from "../../runtime/types.ts";
import type { Io } from "../io.ts";
import { addCheckpointFlags, type CheckpointFlags } from "./checkpoint.ts";
import type { MetadataOptions } from "./like.ts";
import { addMemory, type MemoryFlags } from "./memory.ts";
import { device, nodeDevices, seed, size, whole } from "./names.ts";
import { addPreviewFlags, type PreviewFlags } from "./preview.ts";
import { addSampling, type SamplingFlags } from "./sampling.ts";

/** The options that images and clips share, as they are parsed. */
export interface RequestFlags extends CheckpointFlags, MemoryFlags, PreviewFlags, SamplingFlags {
  readonly model?: string;
  readonly seed?: Seed;
  readonly count: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly negative?: string;
  readonly out?: string;
  readonly device?: Device;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds the options that images and clips share, besides --out; the rest is for the help. */
export const addRequest = (
  command: Command,
  io: Io,
  { noun = "image", maximum = 1, files = "", shape = "" },
): Command =>
  addPreviewFlags(addMemory(addCheckpointFlags(addSampling(command), io)))
    .option("--model <path>", `folder or .safetensors file of a model (default: the one in ${DEFAULT_MODEL_PACKAGE})`)
    .option("--seed <s>", `same seed, same ${noun} (default: a new one)`, seed("--seed"))
    .option(
      "--count <n>",
      `number of ${noun}s, with consecutive seeds${files}`,
      whole("--count", { min: 1, max: maximum, example: 4 }),
      1,
    )
    .option("--size <WxH>", `width and height in pixels (default: what the model was trained at${shape})`, size)
    .option("--negative <text>", `negative prompt: what the ${noun} should not show`)
    .option("--device <name>", `${nodeDevices.join(", ")} (default: cpu)`, device)
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--quiet", "show no progress");

/** Prompt and options of a command, some of them from the file of `--like`. */
export type CommandRequest<T> = Pick<MetadataOptions<T>, "flags" | "prompt"> & Partial<MetadataOptions<T>>;

/** The command of a request, its streams, and whether it makes clips. */
export interface RequestContext {
  readonly command: Command;
  readonly io: Io;
  readonly clips: boolean;
}

/** The flags, and the options of the file named by --like. @throws AquatintError for a file without settings. */
export async function commandOptions<T extends RequestFlags & { readonly like?: string }>(
  flags: T,
  context: RequestContext,
): Promise<Omit<CommandRequest<T>, "prompt"> & { readonly prompt?: string | undefined }> {
  const reader = flags.like === undefined ? undefined : await import("./like.ts");
  return { flags, ...(await reader?.metadataOptions(flags.like ?? "", flags, context)) };
}

/** The prompt of a command, whose absence ends it; an empty one gets a note. @throws AquatintError "cli/prompt" for "-". */
export function checkedPrompt(prompt: string | undefined, { quiet }: RequestFlags, context: RequestContext): string {
  const { command, io } = context;
  if (prompt === undefined) {
    return command.error("error: missing required argument 'prompt'", { code: "commander.missingArgument" });
  }
  if (prompt.trim() === "-") {
    throw new AquatintError("cli/prompt", 'the prompt is "-", and the standard input is not read', {
      hint: `give the text itself: aquatint ${command.name()} "$(cat prompt.txt)"`,
    });
  }
  if (prompt.trim() === "" && !quiet) io.stderr.write("note: the prompt is empty: any image may come\n");
  return prompt;
}

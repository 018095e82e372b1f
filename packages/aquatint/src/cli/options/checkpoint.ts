import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { WeightMemory } from "../../compiler/executable.ts";
import type { EmbeddingFile, LoraFile } from "../../pipelines/adapters/adapters.node.ts";
import type { OpenOptions } from "../../pipelines/generate.node.ts";
import type { TextToImageModel } from "../../pipelines/model/model-folder.ts";
import type { TextToImagePlan } from "../../pipelines/text-to-image/plan.ts";
import { DEFAULT_EMPHASIS, type EmphasisMode, emphasisModes } from "../../tokenizers/emphasis.ts";
import { DEFAULT_PROMPT_SYNTAX, type PromptSyntax, promptSyntaxes } from "../../tokenizers/plain-prompt.ts";
import type { Io } from "../io.ts";
import { singleLine } from "../terminal/escape.ts";
import { choice, decimal, whole } from "./names.ts";
import { type Parser, wrong } from "./parsers.ts";

/** The options that say which files a published model is opened from, and how they and the prompt are read. */
export interface CheckpointFlags {
  readonly lora: readonly LoraFile[];
  readonly embedding: readonly EmbeddingFile[];
  readonly vae?: string;
  readonly variant?: string;
  readonly fewSteps?: boolean;
  readonly clipSkip: number;
  readonly promptSyntax: PromptSyntax;
  readonly emphasis: EmphasisMode;
  readonly weightMemory: WeightMemory;
}

const weightMemories = ["packed", "mapped"] as const satisfies readonly WeightMemory[];

/** A file, and what stands behind its last colon; a Windows drive, or the colon of a file that exists, is part of its name. */
function parted(flag: string, text: string, { cwd }: Io): readonly [file: string, rest: string | undefined] {
  if (existsSync(resolve(cwd, text))) return [text, undefined];
  const [, file = text, rest] = /^(.{2,}?):([^:\\/]*)$/s.exec(text) ?? [];
  if (file && rest !== "") return [file, rest];
  throw wrong(flag, "a file, or a file and more after a colon", text, `see aquatint generate --help`);
}

const lora =
  (io: Io): Parser<LoraFile> =>
  (text) => {
    const [file, rest] = parted("--lora", text, io);
    if (rest === undefined) return { file };
    const example = "style.safetensors:0.8";
    return { file, scale: decimal(`--lora ${file}`, { min: -100, max: 100, example })(rest) };
  };

const embedding =
  (io: Io): Parser<EmbeddingFile> =>
  (text) => {
    const [file, word] = parted("--embedding", text, io);
    return { file, word };
  };

/** An option that may be given several times. */
const repeated = <T>(flags: string, description: string, parse: Parser<T>): Option =>
  new Option(flags, `${description}; may be given several times`)
    .argParser<readonly T[]>((text, earlier = []) => [...earlier, parse(text)])
    .default([], "none");

/** Adds those options to a command. */
export const addCheckpointFlags = (command: Command, io: Io): Command =>
  command
    .addOption(repeated("--lora <file[:scale]>", "a LoRA and its scale, 1 if left out", lora(io)))
    .addOption(repeated("--embedding <file[:word]>", "a textual inversion and its word in the prompt", embedding(io)))
    .option("--vae <path>", "folder or file of another autoencoder (default: the model's own)")
    .option(
      "--variant <name>",
      "variant of the weights in a folder, such as fp16 or non_ema, or a .safetensors file of `aquatint quantize` (default: the weights without a variant)",
    )
    .option(
      "--few-steps",
      "use the model's own form for few steps, if its folder has one: faster, and a little less exact",
    )
    .option(
      "--clip-skip <n>",
      "layers of the text encoder to skip; clip skip 2 of the web UI is 1 here",
      whole("--clip-skip", { min: 0, example: 1 }),
      0,
    )
    .option(
      "--prompt-syntax <name>",
      "plain: no special characters, as in diffusers; a1111: (word:1.2), [from:to:when], BREAK, AND, any length",
      choice("--prompt-syntax", promptSyntaxes),
      DEFAULT_PROMPT_SYNTAX,
    )
    .option(
      "--emphasis <mode>",
      "how --prompt-syntax a1111 applies (word:1.2): original restores the mean, no-norm does not, ignore drops the weights, none reads brackets as text",
      choice("--emphasis", emphasisModes),
      DEFAULT_EMPHASIS,
    )
    .option(
      "--weight-memory <kind>",
      "packed: copies the weights once, and computes fastest; mapped: uses them from their files, loads at once, takes less memory",
      choice("--weight-memory", weightMemories),
      "packed",
    );

/** The files of those options, from the folder that the command was called in. */
export function checkpointFiles(
  { lora, embedding, vae, variant, fewSteps }: CheckpointFlags,
  { cwd }: Io,
): OpenOptions {
  const placed = <T extends { readonly file: string }>(all: readonly T[]) =>
    all.map((lora) => ({ ...lora, file: resolve(cwd, lora.file) }));
  return {
    loras: placed(lora),
    embeddings: placed(embedding),
    vae: vae === undefined ? undefined : resolve(cwd, vae),
    variant: variantIn(cwd, variant),
    fewSteps,
  };
}

/** The name of a variant, or the file of one. */
export const variantIn = (cwd: string, variant: string | undefined): string | undefined =>
  variant?.endsWith(".safetensors") ? resolve(cwd, variant) : variant;

/** Characters of a text that are shown of a long one. */
const MAX_CHARACTERS = 200;
const shortened = (text: string): string =>
  text.length <= MAX_CHARACTERS
    ? text
    : `${text.slice(0, MAX_CHARACTERS)}… (${text.length.toLocaleString("en")} characters)`;

/** Says on stderr what of the model's files is not used. */
export function noteUnused({ notes = [] }: TextToImageModel, { stderr }: Io, quiet = false): void {
  if (!quiet) for (const note of notes) stderr.write(`note: ${singleLine(note)}\n`);
}

/** Says on stderr which words of the prompts the text encoder will not read, and which number at the end is a weight. */
export function notePrompt(
  { conditioning: { truncated: cut, weights } }: TextToImagePlan,
  { stderr }: Io,
  quiet = false,
): void {
  if (quiet) return;
  for (const words of cut) {
    stderr.write(`note: the prompt is longer than the text encoder reads; left out: "${shortened(words)}"\n`);
    stderr.write("      --prompt-syntax a1111 reads prompts of any length\n");
  }
  const [weight = 1] = weights;
  if (weight === 1 || weights.length > 1) return;
  stderr.write(`note: the ${weight} after the prompt's last colon multiplies the guidance, as in the web UI\n`);
}

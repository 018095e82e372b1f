import { AquatintError } from "../../errors.ts";
import { padChunks } from "../../tokenizers/chunks.ts";
import type { ClipTokenizer } from "../../tokenizers/clip.ts";
import { DEFAULT_EMPHASIS, type EmphasisMode } from "../../tokenizers/emphasis.ts";
import { DEFAULT_PROMPT_SYNTAX, type EncodedPrompt, type PromptSyntax } from "../../tokenizers/plain-prompt.ts";
import { itemAt, lookup } from "../../util/items.ts";
import type { AddedLora } from "../adapters/adapters.ts";
import type { PipelineComponents } from "../model/components.ts";
import { type ClipSkipOptions, skippedLayers } from "./clip-skip.ts";
import type { TextEmbeddings, TokenizedCaption } from "./encode.ts";
import { type MicroConditioningOptions, microConditioning } from "./micro-conditioning.ts";
import { promptBranches } from "./prompt-branches.ts";
import type { PromptReader } from "./prompt-reader.ts";
import { plainReader, promptReader } from "./prompt-readers.ts";

/** Options of the U-Net's conditioning. */
export interface ConditioningOptions extends MicroConditioningOptions, ClipSkipOptions {
  readonly prompt: string;
  /** Negative prompt; guidance pushes away from it. */
  readonly negative?: string | undefined;
  /** Syntax of the prompts; literal if absent. */
  readonly promptSyntax?: PromptSyntax | undefined;
  /** Effect of the weights of the syntax "a1111"; "original" if absent. */
  readonly emphasis?: EmphasisMode | undefined;
  /** Strength of each LoRA of the model; as the model was opened where absent. */
  readonly loraScales?: readonly number[] | undefined;
}

/** The parts of a model that the conditioning reads. */
export interface ConditionedModel {
  readonly modules: PipelineComponents;
  /** One a text encoder. */
  readonly tokenizers: readonly ClipTokenizer[];
  readonly embeddings?: TextEmbeddings | undefined;
  readonly loras?: readonly AddedLora[];
  /** True for the model's own form for few steps. */
  readonly fewSteps?: true;
}

/** The run that something is told for. */
export interface ConditioningRun {
  readonly steps: number;
  readonly guidance: number;
  /** True if the sampler wants the output without the prompt whatever the guidance is. */
  readonly unconditional: boolean;
  readonly width: number;
  readonly height: number;
}

/** Captions that hold up to and including a step, counted from 1. */
export interface ConditioningStage {
  readonly until: number;
  /** The negative prompt's before the prompt's, unless it is zeroed or there is none. */
  readonly captions: readonly TokenizedCaption[];
}

/** The U-Net's conditioning, checked and ready to be encoded. */
export interface Conditioning {
  /** Branches of guidance: one a prompt, and where there is one more, the first is the one without a prompt. */
  readonly cfgBatch: number;
  /** Weight of each prompt that AND joins; 1 for a single prompt. */
  readonly weights: readonly number[];
  readonly stages: readonly ConditioningStage[];
  /** The first branch is told zeros. */
  readonly zeroUncond: boolean;
  /** A row a branch. */
  readonly timeIds: readonly (readonly number[])[] | undefined;
  /** The scale that a latent consistency model is told. */
  readonly guidance: number | undefined;
  readonly loraScales: readonly number[];
  readonly promptSyntax: PromptSyntax;
  /** Clip skip of the prompt. */
  readonly clipSkip: number;
  /** The ends of plain prompts that did not fit the text encoder. */
  readonly truncated: readonly string[];
  /** True if a prompt was padded to as many chunks as another one has. */
  readonly paddedChunks: boolean;
}

/** Reads the prompts and checks what else the U-Net is told. @throws AquatintError "prompt/…" or "generate/…". */
export async function planConditioning(
  model: ConditionedModel,
  options: ConditioningOptions,
  run: ConditioningRun,
): Promise<Conditioning> {
  const { conditioning: unetConditioning } = model.modules;
  const { negative, promptSyntax = DEFAULT_PROMPT_SYNTAX } = options;
  const skipped = skippedLayers(options, model.modules);
  const emphasis = checkedEmphasis(options);
  const numbers = unetConditioning.timeIds;
  const embedded = unetConditioning.guidanceWidth !== undefined;
  const reader = await promptReader(promptSyntax);
  const { prompts, unconditional } = promptBranches(reader.subprompts(options.prompt), run, embedded);
  const zeroUncond = unconditional && unetConditioning.zeroedNegative && negative === undefined;
  const texts = [
    ...(unconditional && !zeroUncond ? [{ text: negative ?? "", skipped: skipped.negative }] : []),
    ...prompts.map(({ text }) => ({ text, skipped: skipped.prompt })),
  ];
  const restore = emphasis === "no-norm" ? ("none" as const) : undefined;
  const read = texts.map(({ text, ...how }) => ({
    ...how,
    restore,
    prompts: readPrompt(model, text, { reader, emphasis, steps: run.steps }),
  }));
  return {
    cfgBatch: prompts.length + Number(unconditional),
    weights: prompts.map(({ weight }) => weight),
    stages: stagesOf(read, model.tokenizers),
    zeroUncond,
    timeIds: microConditioning(options, { ...run, numbers, prompts: prompts.length, unconditional }),
    guidance: embedded ? run.guidance : undefined,
    loraScales: checkedScales(options.loraScales, model),
    promptSyntax,
    clipSkip: skipped.prompt,
    truncated: read.flatMap(({ prompts }) => itemAt(prompts, 0).cut || []),
    paddedChunks: new Set(chunkCounts(read)).size > 1,
  };
}

interface PromptReading {
  readonly reader: PromptReader;
  readonly emphasis: EmphasisMode;
  readonly steps: number;
}

/** A prompt as each text encoder reads it. */
const readPrompt = (
  { modules, tokenizers, embeddings = new Map() }: ConditionedModel,
  text: string,
  { reader, ...how }: PromptReading,
): readonly EncodedPrompt[] =>
  modules.textEncoders.map(({ name }, e) => {
    const counts = Array.from(embeddings, ([word, of]) => [word, itemAt(lookup(of, name).shape, 0)] as const);
    return reader.encode(text, { tokenizer: itemAt(tokenizers, e), embeddings: new Map(counts), ...how });
  });

interface ReadCaption extends Pick<TokenizedCaption, "skipped" | "restore"> {
  /** By text encoder. */
  readonly prompts: readonly EncodedPrompt[];
}

const chunkCounts = (captions: readonly ReadCaption[]): readonly number[] =>
  captions.flatMap(({ prompts }) => prompts.flatMap(({ stages }) => stages.map(({ chunks }) => chunks.length)));

/** All captions at every step at which one of them changes, with as many chunks each. */
function stagesOf(captions: readonly ReadCaption[], tokenizers: readonly ClipTokenizer[]): ConditioningStage[] {
  const all = captions.flatMap(({ prompts }) => prompts.flatMap(({ stages }) => stages));
  const count = all.reduce((longest, { chunks }) => Math.max(longest, chunks.length), 0);
  const ends = [...new Set(all.map(({ until }) => until))].sort((a, b) => a - b);
  const at = ({ stages }: EncodedPrompt, until: number) => stages.find((stage) => stage.until >= until)!.chunks;
  return ends.map((until) => ({
    until,
    captions: captions.map(({ prompts, ...how }) => ({
      ...how,
      chunks: prompts.map((prompt, e) => padChunks(at(prompt, until), { count, tokenizer: itemAt(tokenizers, e) })),
    })),
  }));
}

function checkedEmphasis({ emphasis = DEFAULT_EMPHASIS, promptSyntax }: ConditioningOptions): EmphasisMode {
  if (emphasis === DEFAULT_EMPHASIS || promptSyntax === "a1111") return emphasis;
  throw new AquatintError(
    "generate/emphasis",
    `the emphasis "${emphasis}" has no weights in a prompt that is read literally`,
    {
      hint: "read the prompt with the syntax a1111: --prompt-syntax a1111",
    },
  );
}

function checkedScales(requested: readonly number[] | undefined, { loras = [] }: ConditionedModel): readonly number[] {
  const free = loras.filter(({ fixed }) => !fixed); // fixed ones are last
  const scales = requested ?? free.map(({ scale }) => scale);
  if (scales.length === free.length && scales.every(Number.isFinite)) {
    return [...scales, ...loras.slice(free.length).map(({ scale }) => scale)];
  }
  throw new AquatintError("generate/lora", `got the scales [${scales}] for ${free.length} LoRAs`, {
    hint: "give one number a LoRA, in the order of opening",
  });
}

/** Captions read literally for one evaluation, without a sampler: what `encode` takes. */
export function plainCaptions(tokenizers: readonly ClipTokenizer[], captions: readonly string[]): TokenizedCaption[] {
  const chunks = (text: string, tokenizer: ClipTokenizer) =>
    itemAt(plainReader.encode(text, { tokenizer, steps: 1 }).stages, 0).chunks;
  return captions.map((text) => ({ skipped: 0, chunks: tokenizers.map((tokenizer) => chunks(text, tokenizer)) }));
}

import { parseAttention, type WeightedText } from "./attention.ts";
import { type ChunkOptions, promptChunks } from "./chunks.ts";
import { promptStages } from "./editing.ts";
import { DEFAULT_EMPHASIS, type EmphasisMode } from "./emphasis.ts";
import { DEFAULT_PROMPT_SYNTAX, type EncodedPrompt, type PromptSyntax, plainPrompt } from "./plain-prompt.ts";

/** Options of `encodePrompt`. */
export interface EncodePromptOptions extends ChunkOptions {
  readonly syntax?: PromptSyntax;
  /** Treatment of weights; "original" if absent. */
  readonly emphasis?: EmphasisMode | undefined;
  /** Steps of the sampler, which prompt editing counts in. */
  readonly steps: number;
}

/**
 * One prompt as what the text encoder reads at each step; AND is a word, see `subprompts`. @throws AquatintError
 * "prompt/nesting" and "prompt/embedding".
 */
export function encodePrompt(prompt: string, options: EncodePromptOptions): EncodedPrompt {
  const { syntax = DEFAULT_PROMPT_SYNTAX, steps, emphasis = DEFAULT_EMPHASIS, ...chunking } = options;
  return syntax === "plain"
    ? plainPrompt(prompt, { steps, ...chunking })
    : editedPrompt(prompt, { steps, emphasis }, chunking);
}

interface Edited {
  readonly steps: number;
  readonly emphasis: EmphasisMode;
}

function editedPrompt(prompt: string, { steps, emphasis }: Edited, chunking: ChunkOptions): EncodedPrompt {
  const stages = promptStages(prompt, steps).map(({ until, text }) => ({
    until,
    chunks: promptChunks(weightedSections(text, emphasis), chunking),
  }));
  return { stages, cut: "" };
}

/** The sections of a prompt with their weights; with "none" the signs are characters, and BREAK is a word. */
function weightedSections(text: string, emphasis: EmphasisMode): readonly (readonly WeightedText[])[] {
  if (emphasis === "none") return [[{ text, weight: 1 }]];
  const sections = parseAttention(text);
  return emphasis === "ignore" ? sections.map((parts) => parts.map((part) => ({ ...part, weight: 1 }))) : sections;
}

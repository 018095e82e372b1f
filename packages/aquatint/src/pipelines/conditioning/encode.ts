import type { PrecisionPass } from "../../compiler/onnx/emit.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor, HostTensors } from "../../graph/types.ts";
import { input } from "../../ops/leaves.ts";
import type { PromptChunk } from "../../tokenizers/chunks.ts";
import { type EmphasisRestore, emphasized } from "../../tokenizers/emphasis.ts";
import { itemAt, lookup, required } from "../../util/items.ts";
import { adapted, type NetworkAdapters, scaleFeeds } from "../adapters/adapters.ts";
import type { TextEncoder } from "../model/text-encoders.ts";
import type { ProgramCache } from "../network/program-cache.ts";

/** The vectors [count, width] of textual inversions: by the word that calls them, then by the text encoder's name. */
export type TextEmbeddings = ReadonlyMap<string, ReadonlyMap<string, HostTensor>>;

/** A caption as text encoders read it. */
export interface TokenizedCaption {
  /** By text encoder; as many chunks for each, and for each caption that is encoded with it. */
  readonly chunks: readonly (readonly PromptChunk[])[];
  /** Layers at the encoders' ends that are left out. */
  readonly skipped: number;
  /** Treatment of the mean after the weights; it is restored if absent. */
  readonly restore?: EmphasisRestore | undefined;
}

/** Output of the text encoders for n captions. */
export interface EncodedCaptions {
  /** [n, tokens, width], the encoders' states side by side. */
  readonly context: HostTensor;
  /** [n, d] where an encoder has a projection: of each caption's first chunk. */
  readonly textEmbeds?: HostTensor;
}

/** Input of the text encoders. */
export interface TextEncodingInput {
  readonly encoders: readonly TextEncoder[];
  readonly programs: ProgramCache;
  readonly adapters?: NetworkAdapters | undefined;
  readonly embeddings?: TextEmbeddings | undefined;
  /** `float16Pass` where they compute in float16; float32 if absent. */
  readonly float16?: PrecisionPass | undefined;
}

/** Options of encoding captions. */
export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** One a LoRA. */
  readonly loraScales?: readonly number[];
}

/** Runs each text encoder over all chunks of all captions, and joins what they say. */
export async function encodeCaptions(
  input: TextEncodingInput,
  captions: readonly TokenizedCaption[],
  options: EncodeOptions,
): Promise<EncodedCaptions> {
  const { encoders } = input;
  const width = encoders.reduce((sum, encoder) => sum + encoder.width, 0);
  const tokens = itemAt(itemAt(captions, 0).chunks, 0).reduce((sum, { ids }) => sum + ids.length, 0);
  const context = new Float32Array(captions.length * tokens * width);
  let textEmbeds: HostTensor | undefined;
  let column = 0;
  for (const [e, encoder] of encoders.entries()) {
    const chunks = captions.map((caption) => itemAt(caption.chunks, e));
    const states = await runEncoder(input, encoder, { captions, chunks: chunks.flat(), ...options });
    let row = 0; // of the context
    for (const [c, { skipped, restore }] of captions.entries()) {
      for (const [k, { ids, weights }] of itemAt(chunks, c).entries()) {
        const from = (c * itemAt(chunks, c).length + k) * ids.length * encoder.width;
        const hiddenStates = float32Data(lookup(states, `hidden${skipped}`));
        const state = hiddenStates.subarray(from, from + ids.length * encoder.width);
        const hidden = emphasized(state, weights, restore && { restore });
        for (let t = 0; t < ids.length; t++, row++) {
          context.set(hidden.subarray(t * encoder.width, (t + 1) * encoder.width), row * width + column);
        }
      }
    }
    textEmbeds ??= states["pooled"] && firstRows(states["pooled"], itemAt(chunks, 0).length);
    column += encoder.width;
  }
  const shape = [captions.length, tokens, width];
  return { context: { dtype: "float32", shape, data: context }, ...(textEmbeds && { textEmbeds }) };
}

/** Each caption's first of `each` rows. */
function firstRows(states: HostTensor, each: number): HostTensor {
  const data = float32Data(states);
  const [rows = 0, width = 0] = states.shape;
  const out = new Float32Array((rows / each) * width);
  for (let i = 0; i < rows / each; i++) {
    out.set(data.subarray(i * each * width, (i * each + 1) * width), i * width);
  }
  return { dtype: "float32", shape: [rows / each, width], data: out };
}

interface EncoderRun extends EncodeOptions {
  readonly captions: readonly TokenizedCaption[];
  readonly chunks: readonly PromptChunk[];
}

/** "hidden0": the states of every chunk with no layer left out, and so on; "pooled" where there is one. */
function runEncoder(
  { programs, adapters, embeddings, float16 }: TextEncodingInput,
  encoder: TextEncoder,
  { captions, chunks, loraScales = [], signal }: EncoderRun,
): Promise<HostTensors> {
  const skips = [...new Set(captions.map(({ skipped }) => skipped))].sort();
  const shape = [chunks.length, itemAt(chunks, 0).ids.length];
  const hasVectors = chunks.some(({ vectors }) => vectors.length > 0);
  const leaf = (name: string, ...last: number[]) => input({ name, dtype: "float32", shape: [...shape, ...last] });
  return programs.run<string>({
    key: `${encoder.name} ${shape} ${skips} ${hasVectors}`,
    trace: () =>
      adapted(adapters, encoder.name, () => {
        const ids = input({ name: "ids", dtype: "int32", shape });
        const vectors = hasVectors
          ? { vectors: leaf("vectors", encoder.width), tokenMask: leaf("tokenMask", 1) }
          : undefined;
        const { hidden, pooled } = encoder.read(ids, vectors);
        return {
          ...Object.fromEntries(skips.map((skipped) => [`hidden${skipped}`, hidden(skipped)])),
          ...(pooled && { pooled }),
        };
      }),
    feeds: { ...idFeeds(chunks, encoder, embeddings), ...scaleFeeds(loraScales) },
    ...{ float16, signal },
  });
}

/** Ids of every chunk, and the vectors that stand in place of some of them. */
function idFeeds(chunks: readonly PromptChunk[], encoder: TextEncoder, embeddings: TextEmbeddings | undefined) {
  const { width } = encoder;
  const length = itemAt(chunks, 0).ids.length;
  const shape = [chunks.length, length];
  const ids = new Int32Array(chunks.length * length);
  const vectors = new Float32Array(ids.length * width);
  const tokenMask = new Float32Array(ids.length).fill(1);
  for (const [i, chunk] of chunks.entries()) {
    ids.set(chunk.ids, i * length);
    for (const { at, name, index } of chunk.vectors) {
      const data = float32Data(lookup(lookup(required(embeddings, "embeddings"), name), encoder.name));
      tokenMask[i * length + at] = 0;
      vectors.set(data.subarray(index * width, (index + 1) * width), (i * length + at) * width);
    }
  }
  return {
    ids: { dtype: "int32", shape, data: ids },
    vectors: { dtype: "float32", shape: [...shape, width], data: vectors },
    tokenMask: { dtype: "float32", shape: [...shape, 1], data: tokenMask },
  } satisfies HostTensors;
}

import { AquatintError } from "../errors.ts";
import type { SafetensorsHeader, TensorEntry } from "../formats/safetensors/safetensors.ts";
import type { FileHeader, TensorLocation } from "./types.ts";

/** A textual inversion (Gal et al. 2022): vectors that stand for a new word. */
export interface Embedding {
  /** The word that the file gives itself, as diffusers writes it. */
  readonly token: string | undefined;
  /** [count, width] by text encoder; of the first where the file names none. */
  readonly vectors: ReadonlyMap<string, TensorLocation>;
  /** True if the file names the encoder; else its width tells it. */
  readonly namesEncoder: boolean;
  /** Tensors that no text encoder of Stable Diffusion takes. */
  readonly unused: readonly string[];
}

/** Names of vectors: A1111's, ComfyUI's, those of pivotal tuning in diffusers, and those of the first training script. */
const encoders: readonly (readonly [key: RegExp, encoder: string])[] = [
  [/^(clip_[lh]|text_encoders_0)$/, "text_encoder"],
  [/^(clip_g|text_encoders_1)$/, "text_encoder_2"],
];
/** Names of vectors that say no encoder. */
const unnamed = /^(emb_params|\*|string_to_param\.\*)$/;
/** Keys that may stand beside them: vectors of encoders that Stable Diffusion lacks, and what a training saved. */
const ignored = /^(t5(xxl)?|text_encoders_2|string_to_token\..*|name|step|sd_checkpoint(_name)?)$/;
const MAX_TENSORS = 8;

const encoderOf = (key: string): string | undefined => encoders.find(([pattern]) => pattern.test(key))?.[1];
const isKnown = (key: string): boolean => unnamed.test(key) || encoderOf(key) !== undefined;
const isVectors = ({ shape }: TensorEntry): boolean => shape.length === 1 || shape.length === 2;

/** Tells whether a file holds vectors for a word and nothing else, under the known names or one named by its word. */
export function isEmbedding({ tensors }: SafetensorsHeader): boolean {
  if (tensors.size === 0 || tensors.size > MAX_TENSORS) return false;
  const strange = [...tensors].filter(([key]) => !isKnown(key) && !ignored.test(key));
  const isNamed = [...tensors].some(([key, entry]) => isKnown(key) && isVectors(entry));
  if (isNamed) return strange.length === 0;
  return tensors.size === 1 && strange.every(([, entry]) => isVectors(entry));
}

/** The vectors of a textual inversion in the form of any program. @throws AquatintError "checkpoint/embedding". */
export function embeddingOf({ file, header }: FileHeader, { name }: { readonly name: string }): Embedding {
  if (!isEmbedding(header)) {
    throw new AquatintError("checkpoint/embedding", `${name} is not a textual-inversion embedding`, {
      hint: `it holds ${header.tensors.size} tensors, expected "emb_params", "clip_l" and "clip_g", "text_encoders_0" and "text_encoders_1", or one named by its word`,
    });
  }
  const token = [...header.tensors.keys()].find((key) => !isKnown(key) && !ignored.test(key));
  return { token, ...vectorsOf(Array.from(header.tensors, ([key, entry]) => [key, { ...entry, file }])) };
}

function vectorsOf(tensors: readonly (readonly [key: string, location: TensorLocation])[]) {
  const vectors = new Map<string, TensorLocation>();
  const unused: string[] = [];
  let namesEncoder = false;
  for (const [key, location] of tensors) {
    if (ignored.test(key)) {
      unused.push(key);
      continue;
    }
    const shape = location.shape.length === 1 ? [1, ...location.shape] : location.shape;
    const encoder = encoderOf(key);
    namesEncoder ||= encoder !== undefined;
    vectors.set(encoder ?? "text_encoder", { ...location, shape });
  }
  return { vectors, unused, namesEncoder };
}

/** "bundle_emb.NAME.clip_l": OneTrainer packs the embeddings that were trained with a LoRA into its file. */
const bundled = /^bundle_emb\.(.+)\.(string_to_param\.\*|emb_params|clip_[lgh]|t5(?:xxl)?)$/;
/** Tells whether a tensor is part of an embedding inside a LoRA's file. */
export const isBundled = (key: string): boolean => bundled.test(key);

/** The embeddings inside a LoRA's file. */
export function bundledEmbeddings({ file, header }: FileHeader): readonly Embedding[] {
  const words = new Map<string, [key: string, location: TensorLocation][]>();
  for (const [key, entry] of header.tensors) {
    const [, word, part] = bundled.exec(key) ?? [];
    if (word === undefined || part === undefined || !isVectors(entry)) continue;
    words.set(word, [...(words.get(word) ?? []), [part, { ...entry, file }]]);
  }
  return Array.from(words, ([token, tensors]) => ({ token, ...vectorsOf(tensors) }));
}

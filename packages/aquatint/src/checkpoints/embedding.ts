import { AquatintError } from "../errors.ts";
import type { SafetensorsHeader } from "../formats/safetensors.ts";
import type { FileHeader } from "./single-file.ts";
import type { WeightPlace } from "./types.ts";

/** A textual inversion (Gal et al. 2022): vectors that stand for a new word. */
export interface Embedding {
  /** The word that the file gives itself, as diffusers writes it. */
  readonly token: string | undefined;
  /** [count, width] by text encoder. */
  readonly vectors: ReadonlyMap<string, WeightPlace>;
}

/** A1111's names, and those of SDXL's two encoders. */
const known: Readonly<Record<string, string>> = {
  emb_params: "text_encoder",
  clip_l: "text_encoder",
  clip_g: "text_encoder_2",
};
const MAX_TENSORS = 2;

/** Whether a file holds vectors for a word and nothing else: "emb_params", "clip_l" and "clip_g", or one named by its word. */
export const isEmbedding = ({ tensors }: SafetensorsHeader): boolean =>
  tensors.size > 0 &&
  tensors.size <= MAX_TENSORS &&
  [...tensors].every(
    ([key, { shape }]) => (Object.hasOwn(known, key) || tensors.size === 1) && shape.length > 0 && shape.length <= 2,
  );

/** The vectors of a textual inversion in the form of A1111 or of diffusers. @throws AquatintError "checkpoint/embedding". */
export function embeddingOf({ file, header }: FileHeader, { name }: { readonly name: string }): Embedding {
  if (!isEmbedding(header)) {
    throw new AquatintError("checkpoint/embedding", `${name} is no textual-inversion embedding`, {
      hint: `it holds ${header.tensors.size} tensors, expected "emb_params", "clip_l" and "clip_g", or one named by its word`,
    });
  }
  const vectors = new Map<string, WeightPlace>();
  let token: string | undefined;
  for (const [key, entry] of header.tensors) {
    const encoder = Object.hasOwn(known, key) ? known[key] : undefined;
    if (encoder === undefined) token = key;
    const shape = entry.shape.length === 1 ? [1, ...entry.shape] : entry.shape;
    vectors.set(encoder ?? "text_encoder", { ...entry, shape, file });
  }
  return { token, vectors };
}

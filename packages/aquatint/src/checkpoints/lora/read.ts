import { toNumber } from "../../formats/safetensors/half.ts";
import { bundledEmbeddings } from "../embedding.ts";
import { readBytesAt } from "../read.ts";
import type { FileHeader } from "../types.ts";
import { metadataFactors } from "./alpha.ts";
import type { Lora } from "./branches.ts";
import { loraError } from "./error.ts";
import { type LoraLayer, loraLayers } from "./file.ts";

/** Options of `readLora`. */
export interface ReadLoraOptions {
  /** For messages. */
  readonly name: string;
  /** PEFT's config, under its key of metadata, where one lies beside the file. */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** Reads a LoRA in the names of PEFT, diffusers, kohya, ComfyUI or OneTrainer; of its tensors only the scalars alpha are read. */
export async function readLora(file: FileHeader, { name, config }: ReadLoraOptions): Promise<Lora> {
  const { layers, unused } = loraLayers(file, { name });
  const locations = layers.flatMap(({ alpha }, i) => (alpha ? [[String(i), alpha] as const] : []));
  const alphas = new Map<string, number>();
  for await (const [i, data, location] of readBytesAt(new Map(locations))) {
    alphas.set(i, toNumber({ ...location, data }, { name: `${name}: an alpha` }));
  }
  const { metadata } = file.header;
  const said = metadataFactors({ ...config, ...metadata }, name);
  const scaled = layers.map((layer, i) => ({ ...layer, factor: factorOf(layer, alphas.get(String(i)), said) }));
  const wrong = scaled.find(({ factor }) => !Number.isFinite(factor));
  if (wrong) throw loraError("alpha", `${name}: the alpha of ${wrong.module.slice(0, 100)} is not a number`);
  return { name, layers: scaled, embeddings: bundledEmbeddings(file), unused, metadata };
}

/** alpha / rank by the tensor, else by the metadata, else 1. */
function factorOf(layer: LoraLayer, alpha: number | undefined, said: ReturnType<typeof metadataFactors>): number {
  const { component, module, rank, locations } = layer;
  if (rank === undefined) return 1;
  if (alpha !== undefined) return alpha / rank;
  const isConvolution = Object.values(locations).some((location) => (location?.shape[2] ?? 1) > 1);
  return said({ component, module, rank, isConvolution }) ?? 1;
}

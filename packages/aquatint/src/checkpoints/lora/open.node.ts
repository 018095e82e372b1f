import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readText } from "../../formats/files.node.ts";
import { toNumber } from "../../formats/safetensors/half.ts";
import { bundledEmbeddings } from "../embedding.ts";
import { openFileHeader } from "../open.node.ts";
import { readBytesAt } from "../read.ts";
import { metadataFactors, PEFT_CONFIG } from "./alpha.ts";
import type { Lora } from "./branches.ts";
import { loraError } from "./error.ts";
import { type LoraLayer, loraLayers } from "./file.ts";

/** Opens a LoRA in the names of PEFT, diffusers, kohya, ComfyUI or OneTrainer; of its tensors only the scalars alpha are read. */
export async function openLora(path: string): Promise<Lora> {
  const file = await openFileHeader(path);
  const { layers, unused } = loraLayers(file, { name: path });
  const locations = layers.flatMap(({ alpha }, i) => (alpha ? [[String(i), alpha] as const] : []));
  const alphas = new Map<string, number>();
  for await (const [i, data, location] of readBytesAt(new Map(locations))) {
    alphas.set(i, toNumber({ ...location, data }, { name: `${path}: an alpha` }));
  }
  const metadata = { ...(await adapterConfig(path)), ...file.header.metadata };
  const said = metadataFactors(metadata, path);
  const scaled = layers.map((layer, i) => ({ ...layer, factor: factorOf(layer, alphas.get(String(i)), said) }));
  const wrong = scaled.find(({ factor }) => !Number.isFinite(factor));
  if (wrong) throw loraError("alpha", `${path}: the alpha of ${wrong.module.slice(0, 100)} is not a number`);
  const { header } = file;
  return { name: path, layers: scaled, embeddings: bundledEmbeddings(file), unused, metadata: header.metadata };
}

/** alpha / rank by the tensor, else by the metadata, else 1. */
function factorOf(layer: LoraLayer, alpha: number | undefined, said: ReturnType<typeof metadataFactors>): number {
  const { component, module, rank, locations } = layer;
  if (rank === undefined) return 1;
  if (alpha !== undefined) return alpha / rank;
  const isConvolution = Object.values(locations).some((location) => (location?.shape[2] ?? 1) > 1);
  return said({ component, module, rank, isConvolution }) ?? 1;
}

/** PEFT's config, which lies beside the weights of its folders. */
async function adapterConfig(path: string): Promise<Readonly<Record<string, string>>> {
  if (!/^adapter_model\b/.test(basename(path))) return {};
  const config = join(dirname(path), "adapter_config.json");
  const stats = await stat(config).catch(() => undefined);
  return stats?.isFile() ? { [PEFT_CONFIG]: await readText(config) } : {};
}

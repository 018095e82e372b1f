import { basename, extname } from "node:path";
import { type LoraBranches, loraBranches } from "../checkpoints/lora.ts";
import { loraError } from "../checkpoints/lora-names.ts";
import { openCheckpoint, openEmbedding, openLora, readWeights } from "../checkpoints/node.ts";
import type { Checkpoint } from "../checkpoints/types.ts";
import { AquatintError } from "../errors.ts";
import type { HostTensor } from "../graph/types.ts";
import { parameters } from "../nn/module.ts";
import { scaleInput } from "./adapters.ts";
import type { TextToImageModules } from "./modules.ts";
import type { TextEmbeddings } from "./text-encoding.ts";

/** A LoRA's file. */
export interface LoraFile {
  readonly file: string;
  /** How strongly it counts; 1 if absent. */
  readonly scale?: number | undefined;
}
/** A textual inversion's file. */
export interface EmbeddingFile {
  readonly file: string;
  /** What calls it in a prompt; the word that the file gives, or its name, if absent. */
  readonly word?: string | undefined;
}
/** What is opened beside a model. */
export interface AdapterFiles {
  readonly loras?: readonly LoraFile[] | undefined;
  readonly embeddings?: readonly EmbeddingFile[] | undefined;
}

interface OpenedAdapters {
  readonly loras: readonly { readonly name: string; readonly scale: number }[];
  readonly embeddings: TextEmbeddings;
  readonly branches: LoraBranches;
}

/** Opens LoRAs and textual inversions for a model's networks. @throws AquatintError "lora/…" or "embedding/…" where one is not for them. */
export async function openAdapters(files: AdapterFiles, modules: TextToImageModules): Promise<OpenedAdapters> {
  const { loras = [], embeddings = [] } = files;
  const { branches, scales } = await openLoras(loras, modules);
  return { branches, loras: scales, embeddings: await openEmbeddings(embeddings, modules) };
}

async function openLoras(files: readonly LoraFile[], { unet, textEncoders }: TextToImageModules) {
  const networks = new Map([
    ["unet", parameters(unet).keys()],
    ...textEncoders.map(({ name, model }) => [name, parameters(model).keys()] as const),
  ]);
  const opened = await Promise.all(files.map(({ file }) => openLora(file)));
  for (const { name, pairs } of opened) {
    const strange = pairs.find(({ component }) => !networks.has(component))?.component;
    if (strange !== undefined) {
      const hint = "the LoRA was trained on another family of models: aquatint inspect FILE shows which";
      throw loraError("target", `${name} adapts a ${strange}, which this model does not have`, hint);
    }
  }
  const scaled = opened.map((lora, i) => ({ lora, scale: scaleInput(i) }));
  const scales = files.map(({ file, scale = 1 }) => ({ name: basename(file, extname(file)), scale }));
  return { branches: loraBranches(scaled, networks), scales };
}

const embeddingError = (kind: string, found: string, hint: string) =>
  new AquatintError(`embedding/${kind}`, found, { hint });

async function openEmbeddings(
  files: readonly EmbeddingFile[],
  { textEncoders }: TextToImageModules,
): Promise<TextEmbeddings> {
  const embeddings = new Map<string, ReadonlyMap<string, HostTensor>>();
  for (const { file, word: given } of files) {
    const { token, vectors } = await openEmbedding(file);
    const word = given ?? token ?? basename(file, extname(file));
    if (embeddings.has(word)) {
      const hint = "give each its own word: --embedding FILE:WORD";
      throw embeddingError("word", `two embeddings are called by the word "${word}"`, hint);
    }
    const own = new Map<string, HostTensor>();
    for await (const [encoder, value] of readWeights(vectors)) own.set(encoder, value);
    const family = "take an embedding that was made for this family of models: aquatint inspect FILE shows its width";
    for (const { name, width } of textEncoders) {
      const found = own.get(name)?.shape[1];
      if (found === undefined) throw embeddingError("encoder", `${file} holds no vectors for the ${name}`, family);
      if (found !== width) {
        throw embeddingError("width", `${file} holds vectors of ${found} numbers, the ${name} takes ${width}`, family);
      }
    }
    embeddings.set(word, own);
  }
  return embeddings;
}

/** The checkpoint with the autoencoder of another folder or file. @throws AquatintError "model/parts" where that has none. */
export async function withVae(checkpoint: Checkpoint, path: string): Promise<Checkpoint> {
  const { components } = await openCheckpoint(path);
  const found = components.get("vae");
  if (!found) {
    throw new AquatintError("model/parts", `${path} holds no autoencoder`, {
      hint: "aquatint inspect FILE shows what it holds",
    });
  }
  // no shape says the scale of latents: it belongs to the U-Net, which was trained on them
  const scale = checkpoint.components.get("vae")?.config["scaling_factor"];
  const config = found.inferred && scale !== undefined ? { ...found.config, scaling_factor: scale } : found.config;
  return { ...checkpoint, components: new Map([...checkpoint.components, ["vae", { ...found, config }]]) };
}

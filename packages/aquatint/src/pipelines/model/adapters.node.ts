import { basename, extname } from "node:path";
import type { Embedding } from "../../checkpoints/embedding.ts";
import { type LoraBranches, loraBranches } from "../../checkpoints/lora/branches.ts";
import { loraError } from "../../checkpoints/lora/error.ts";
import { openLora } from "../../checkpoints/lora/open.node.ts";
import { openEmbedding, openModel } from "../../checkpoints/open.node.ts";
import { readTensors } from "../../checkpoints/read.ts";
import type { Model } from "../../checkpoints/types.ts";
import { AquatintError } from "../../errors.ts";
import type { HostTensor } from "../../graph/types.ts";
import { familyFacts } from "../../models/families.ts";
import { parameters } from "../../nn/module.ts";
import type { TextEmbeddings } from "../conditioning/encode.ts";
import { scaleInput } from "./adapters.ts";
import type { PipelineComponents } from "./components.ts";
import { unusedNote } from "./unused-note.ts";

/** A LoRA's file. */
export interface LoraFile {
  readonly file: string;
  /** Scale of its branches; 1 if absent. */
  readonly scale?: number | undefined;
}
/** A textual inversion's file. */
export interface EmbeddingFile {
  readonly file: string;
  /** The word that calls it in a prompt; the one in the file, or the file's name, if absent. */
  readonly word?: string | undefined;
}
/** Files that are opened beside a model. */
export interface AdapterFiles {
  /** Folder or file of the autoencoder that takes the place of the model's own. */
  readonly vae?: string | undefined;
  readonly loras?: readonly LoraFile[] | undefined;
  readonly embeddings?: readonly EmbeddingFile[] | undefined;
}

interface OpenedAdapters {
  readonly loras: readonly { readonly name: string; readonly scale: number }[];
  readonly embeddings: TextEmbeddings;
  readonly branches: LoraBranches;
  /** Sentences on what of the files is not used. */
  readonly notes: readonly string[];
}

/** Opens LoRAs and textual inversions for a model's networks. @throws AquatintError "lora/…" or "embedding/…" where one is not for them. */
export async function openAdapters(files: AdapterFiles, modules: PipelineComponents): Promise<OpenedAdapters> {
  const { loras = [], embeddings = [] } = files;
  const { branches, scales, opened } = await openLoras(loras, modules);
  const words = await Promise.all(embeddings.map(openWord));
  const bundled = opened.flatMap(({ name, embeddings: list }) =>
    list.map((embedding) => ({ ...embedding, file: name, word: embedding.token ?? basename(name, extname(name)) })),
  );
  const notes = [
    ...opened.flatMap(({ name, unused }, i) => [
      ...unusedNote(name, "tensors", unused),
      ...unusedNote(name, "layers", branches.skipped[i] ?? []),
    ]),
    ...bundled.map(({ file, word }) => `${basename(file)} brings an embedding: "${word}" calls it in the prompt`),
    ...words.flatMap(({ file, unused }) => unusedNote(file, "tensors", unused)),
  ];
  return { branches, loras: scales, embeddings: await readEmbeddings([...words, ...bundled], modules), notes };
}

async function openLoras(files: readonly LoraFile[], { unet, textEncoders }: PipelineComponents) {
  const networks = new Map([
    ["unet", parameters(unet)],
    ...textEncoders.map(({ name, model }) => [name, parameters(model)] as const),
  ]);
  const opened = await Promise.all(files.map(({ file }) => openLora(file)));
  for (const { name, layers } of opened) {
    const strange = layers.find(({ component }) => !networks.has(component))?.component;
    if (strange !== undefined) {
      const hint = "the LoRA was trained on another family of models: aquatint inspect FILE shows which";
      throw loraError("target", `${name} adapts a ${strange}, which this model does not have`, hint);
    }
  }
  const scaled = opened.map((lora, i) => ({ lora, scale: scaleInput(i) }));
  const scales = files.map(({ file, scale = 1 }) => ({ name: basename(file, extname(file)), scale }));
  return { branches: loraBranches(scaled, networks), scales, opened };
}

const embeddingError = (kind: string, message: string, hint: string) =>
  new AquatintError(`embedding/${kind}`, message, { hint });

/** An embedding and what calls it. */
interface EmbeddedWord extends Embedding {
  readonly file: string;
  readonly word: string;
}

async function openWord({ file, word }: EmbeddingFile): Promise<EmbeddedWord> {
  const embedding = await openEmbedding(file);
  return { ...embedding, file, word: word ?? embedding.token ?? basename(file, extname(file)) };
}

/** The vectors of every word; a word's may lie in several files, one for each encoder. */
async function readEmbeddings(
  words: readonly EmbeddedWord[],
  { textEncoders }: PipelineComponents,
): Promise<TextEmbeddings> {
  const embeddings = new Map<string, Map<string, HostTensor>>();
  for (const { file, word, vectors, namesEncoder } of words) {
    const byEncoder = embeddings.get(word) ?? new Map<string, HostTensor>();
    embeddings.set(word, byEncoder);
    for (const [key, value] of await readTensors(vectors)) {
      const encoder = namesEncoder ? key : encoderOfWidth(textEncoders, value.shape[1]);
      if (byEncoder.has(encoder)) {
        const hint = "give each its own word: --embedding FILE:WORD";
        throw embeddingError("word", `two embeddings are called by the word "${word}"`, hint);
      }
      byEncoder.set(encoder, value);
    }
    checkWidths(file, byEncoder, textEncoders);
  }
  for (const [word, byEncoder] of embeddings) {
    const lacking = textEncoders.find(({ name }) => !byEncoder.has(name));
    if (!lacking) continue;
    const file = words.find((entry) => entry.word === word)!.file;
    throw embeddingError("encoder", `${file} holds no vectors for the ${lacking.name}`, FAMILY_HINT);
  }
  return embeddings;
}

type Encoders = PipelineComponents["textEncoders"];
const FAMILY_HINT = "take an embedding that was made for this family of models: aquatint inspect FILE shows its width";

/** The encoder of vectors whose file names none: the one of their width, else the first. */
const encoderOfWidth = (encoders: Encoders, size: number | undefined): string =>
  (encoders.find(({ width }) => width === size) ?? encoders[0])?.name ?? "text_encoder";

function checkWidths(file: string, byEncoder: ReadonlyMap<string, HostTensor>, encoders: Encoders): void {
  for (const { name, width } of encoders) {
    const size = byEncoder.get(name)?.shape[1];
    if (size === undefined || size === width) continue;
    throw embeddingError("width", `${file} holds vectors of ${size} numbers, the ${name} takes ${width}`, FAMILY_HINT);
  }
}

/** Autoencoders that give latents of the scale that U-Nets work on, of whatever family. */
const ownScale = new Set(["AutoencoderTiny"]);

/** The model with the autoencoder of another folder or file. @throws AquatintError "model/parts" where that has none. */
export async function withVae(model: Model, path: string): Promise<Model> {
  const { components } = await openModel(path);
  const vae = components.get("vae");
  if (!vae) {
    throw new AquatintError("model/parts", `${path} holds no autoencoder`, {
      hint: "aquatint inspect FILE shows what it holds",
    });
  }
  // no shape says the scale of latents: it belongs to the U-Net, which was trained on them
  const { family, components: parts } = model;
  const published = family && familyFacts(family).scalingFactor;
  const scale = parts.get("vae")?.config["scaling_factor"] ?? published;
  const isSaid = !vae.inferred && vae.config["scaling_factor"] !== undefined;
  const isKept = isSaid || scale === undefined || ownScale.has(vae.className);
  const config = isKept ? vae.config : { ...vae.config, scaling_factor: scale };
  return { ...model, components: new Map([...model.components, ["vae", { ...vae, config }]]) };
}

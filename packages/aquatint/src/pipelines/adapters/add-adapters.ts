import type { Embedding } from "../../checkpoints/embedding.ts";
import { type Lora, type LoraBranches, loraBranches } from "../../checkpoints/lora/branches.ts";
import { loraError } from "../../checkpoints/lora/error.ts";
import { readTensors } from "../../checkpoints/read.ts";
import type { Model } from "../../checkpoints/types.ts";
import { AquatintError } from "../../errors.ts";
import type { HostTensor } from "../../graph/types.ts";
import { familyFacts } from "../../models/families.ts";
import type { TextEmbeddings } from "../conditioning/encode.ts";
import type { PipelineComponents } from "../model/components.ts";
import { boundModel, type TextToImageModel } from "../model/model-folder.ts";
import { networkParameters } from "../model/network-parameters.ts";
import { unusedNote } from "../model/unused-note.ts";
import { type AddedLora, scaleInput } from "./adapters.ts";
import { networkAdapters } from "./network-adapters.ts";

/** A textual inversion that was read, and what calls it. */
export interface NamedEmbedding extends Embedding {
  /** For messages. */
  readonly file: string;
  /** The word that calls it in a prompt; the one in the file, or the file's name, if absent. */
  readonly word?: string | undefined;
}

/** A LoRA that was read. */
export interface OpenedLora {
  readonly lora: Lora;
  /** The scale of a caller who gives none, 1 if absent. */
  readonly scale?: number | undefined;
  /** True for a part of the model, whose scale no caller gives. */
  readonly fixed?: true;
}

/** LoRAs and textual inversions that were read. */
export interface OpenedAdapters {
  readonly loras?: readonly OpenedLora[] | undefined;
  readonly embeddings?: readonly NamedEmbedding[] | undefined;
}

const baseName = (path: string): string => path.replace(/^.*[\\/]/, "");
/** The last name of a path without its extension. */
const stem = (path: string): string => baseName(path).replace(/(?<=.)\.[^.]*$/, "");

/** The model with LoRAs and textual inversions beside its networks. @throws AquatintError "lora/…" or "embedding/…" where one is not for them. */
export async function addAdapters(model: TextToImageModel, opened: OpenedAdapters): Promise<TextToImageModel> {
  const { branches, loras, embeddings, notes } = await connected(opened, model.modules);
  return boundModel({
    ...model,
    parameters: new Map([...model.parameters, ...branches.parameters]),
    locations: new Map([...model.locations, ...branches.weights]),
    adapters: networkAdapters(branches.adapters, model.adapters),
    loras,
    embeddings,
    notes: [...(model.notes ?? []), ...notes],
  });
}

interface ConnectedAdapters {
  readonly loras: readonly AddedLora[];
  readonly embeddings: TextEmbeddings;
  readonly branches: LoraBranches;
  /** Sentences on what of the files is not used. */
  readonly notes: readonly string[];
}

async function connected(
  { loras = [], embeddings = [] }: OpenedAdapters,
  modules: PipelineComponents,
): Promise<ConnectedAdapters> {
  const opened = loras.map(({ lora }) => lora);
  const branches = branchesOf(opened, modules);
  const words = embeddings.map((embedding) => ({
    ...embedding,
    word: embedding.word ?? embedding.token ?? stem(embedding.file),
  }));
  const bundled = opened.flatMap(({ name, embeddings: list }) =>
    list.map((embedding) => ({ ...embedding, file: name, word: embedding.token ?? stem(name) })),
  );
  const notes = [
    ...opened.flatMap(({ name, unused }, i) => [
      ...unusedNote(name, "tensors", unused),
      ...unusedNote(name, "layers", branches.skipped[i] ?? []),
    ]),
    ...bundled.map(({ file, word }) => `${baseName(file)} brings an embedding: "${word}" calls it in the prompt`),
    ...words.flatMap(({ file, unused }) => unusedNote(file, "tensors", unused)),
  ];
  return {
    branches,
    loras: loras.map(({ lora, scale = 1, fixed }) => ({ name: stem(lora.name), scale, ...(fixed && { fixed }) })),
    embeddings: await readEmbeddings([...words, ...bundled], modules),
    notes,
  };
}

function branchesOf(opened: readonly Lora[], modules: PipelineComponents): LoraBranches {
  const networks = networkParameters(modules);
  for (const { name, layers } of opened) {
    const strange = layers.find(({ component }) => !networks.has(component))?.component;
    if (strange !== undefined) {
      const hint = "the LoRA was trained on another family of models: aquatint inspect FILE shows which";
      throw loraError("target", `${name} adapts a ${strange}, which this model does not have`, hint);
    }
  }
  return loraBranches(
    opened.map((lora, i) => ({ lora, scale: scaleInput(i) })),
    networks,
  );
}

const embeddingError = (kind: string, message: string, hint: string) =>
  new AquatintError(`embedding/${kind}`, message, { hint });

/** An embedding and what calls it. */
interface EmbeddedWord extends NamedEmbedding {
  readonly word: string;
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

/** The model with the autoencoder of another one. @throws AquatintError "model/parts" where that has none. */
export function replaceVae(model: Model, { name, components }: Model): Model {
  const vae = components.get("vae");
  if (!vae) {
    throw new AquatintError("model/parts", `${name} holds no autoencoder`, {
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

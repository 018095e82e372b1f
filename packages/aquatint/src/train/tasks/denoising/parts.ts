import type { ModelFiles } from "../../../checkpoints/files.ts";
import { componentOf, openModel, readNetwork } from "../../../checkpoints/open.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import type { TextToImageModel } from "../../../pipelines/model/model-folder.ts";
import type { TokenizerFiles } from "../../../tokenizers/files.ts";
import type { JsonObject } from "../../../util/json.ts";
import { openClip } from "../clip/folder.ts";
import type { TaskContext } from "../kind.ts";

/** A network that another run trained and that this one leaves as it is, unless it is told to train it on. */
export interface FrozenPart {
  readonly config: JsonObject;
  /** Tokenizer of a text encoder. */
  readonly tokenizerFiles?: TokenizerFiles;
  /** Its weights by its own names; absent where a checkpoint or the initial model brings them. */
  read?(parameters: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, HostTensor>>;
}

/** Openers of the parts that may be frozen: the folder of an autoencoder, and that of both towers of CLIP. */
const openers = {
  async vae(files: ModelFiles): Promise<FrozenPart> {
    const model = await openModel(files);
    return {
      config: componentOf(model, "AutoencoderKL").config,
      read: (parameters) => readNetwork(model, "AutoencoderKL", parameters),
    };
  },
  async text_encoder(files: ModelFiles): Promise<FrozenPart> {
    const { json, tokenizerFiles, read } = await openClip(files);
    return { config: json["text_config"] as JsonObject, tokenizerFiles, read };
  },
} as const;

/** The parts that may be frozen, by the names of their subfolders. */
export type FrozenName = keyof typeof openers;

interface FrozenContext extends Pick<TaskContext, "assets" | "modelFiles"> {
  readonly initial: TextToImageModel | undefined;
}

const assetOf = (part: string): string => `${part}/config.json`;

/** The frozen parts of which folders are named: as the run settled them, or as the initial model has them, or from the folders. */
export async function frozenParts(
  folders: Readonly<Partial<Record<FrozenName, string>>>,
  { assets, initial, modelFiles }: FrozenContext,
): Promise<Readonly<Partial<Record<FrozenName, FrozenPart>>>> {
  const open = async (part: FrozenName, folder: string): Promise<FrozenPart> => {
    const settled = assets?.[assetOf(part)];
    if (settled !== undefined) return { config: JSON.parse(settled) };
    const config = initial?.configs[part];
    return config ? { config } : openers[part](await modelFiles(folder));
  };
  const entries = Object.entries(folders) as [FrozenName, string][];
  return Object.fromEntries(await Promise.all(entries.map(async ([part, folder]) => [part, await open(part, folder)])));
}

/** Assets of a run's frozen parts: their folders may change or go while it lasts. */
export const frozenAssets = (parts: Awaited<ReturnType<typeof frozenParts>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(parts).map(([part, { config }]) => [assetOf(part), JSON.stringify(config)]));

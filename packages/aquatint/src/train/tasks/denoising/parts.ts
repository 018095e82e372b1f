import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { readJson, readWeights } from "../../../pipelines/model/component.ts";
import type { TextToImageModel } from "../../../pipelines/model/model-folder.ts";
import type { ModelSource } from "../../../pipelines/model/source.ts";
import type { TokenizerFiles } from "../../../tokenizers/files.ts";
import { openClip } from "../clip/folder.ts";
import type { TaskContext } from "../kind.ts";

type Json = Readonly<Record<string, unknown>>;

/** A network that another run trained and that this one leaves as it is, unless it is told to train it on. */
export interface FrozenPart {
  readonly config: Json;
  /** Of a text encoder. */
  readonly tokenizerFiles?: TokenizerFiles;
  /** Its weights by its own names; absent where a checkpoint or the initial model brings them. */
  read?(parameters: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, HostTensor>>;
}

/** How each part that may be frozen is opened: the folder of an autoencoder, and that of both towers of CLIP. */
const openers = {
  async vae(source: ModelSource): Promise<FrozenPart> {
    const request = { folder: "", className: "AutoencoderKL" } as const;
    return {
      config: await readJson(source, "config.json"),
      read: (parameters) => readWeights(source, { ...request, parameters }),
    };
  },
  async text_encoder(source: ModelSource): Promise<FrozenPart> {
    const { json, tokenizerFiles, read } = await openClip(source);
    return { config: json["text_config"] as Json, tokenizerFiles, read };
  },
} as const;

/** The parts that may be frozen, by the names of their subfolders. */
export type FrozenName = keyof typeof openers;

interface FrozenContext extends Pick<TaskContext, "assets" | "openModel"> {
  readonly initial: TextToImageModel | undefined;
}

const assetOf = (part: string): string => `${part}/config.json`;

/** The frozen parts of which folders are named: as the run settled them, or as the initial model has them, or from the folders. */
export async function frozenParts(
  folders: Readonly<Partial<Record<FrozenName, string>>>,
  { assets, initial, openModel }: FrozenContext,
): Promise<Readonly<Partial<Record<FrozenName, FrozenPart>>>> {
  const open = async (part: FrozenName, folder: string): Promise<FrozenPart> => {
    const settled = assets?.[assetOf(part)];
    if (settled !== undefined) return { config: JSON.parse(settled) };
    const config = initial?.configs[part];
    return config ? { config } : openers[part](await openModel(folder));
  };
  const named = Object.entries(folders) as [FrozenName, string][];
  return Object.fromEntries(await Promise.all(named.map(async ([part, folder]) => [part, await open(part, folder)])));
}

/** What a run must remember of its frozen parts: their folders may change or go while it lasts. */
export const frozenAssets = (parts: Awaited<ReturnType<typeof frozenParts>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(parts).map(([part, { config }]) => [assetOf(part), JSON.stringify(config)]));

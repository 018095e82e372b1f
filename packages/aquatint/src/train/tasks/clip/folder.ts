import type { ModelFiles } from "../../../checkpoints/files.ts";
import { componentOf, openModel, readTokenizer } from "../../../checkpoints/open.ts";
import { readTensors } from "../../../checkpoints/read.ts";
import { AquatintError } from "../../../errors.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { type ClipConfig, parseClipConfig } from "../../../models/clip/index.ts";
import { expectKeys } from "../../../nn/module.ts";
import { encodeComponent, encodeJson } from "../../../pipelines/model/encode-folder.ts";
import { type TokenizerFiles, tokenizerFileNames } from "../../../tokenizers/files.ts";
import { itemAt } from "../../../util/items.ts";

/** A folder with both towers of CLIP, as transformers' CLIPModel and CLIPProcessor lay it out. */
export interface ClipFolder {
  readonly json: Readonly<Record<string, unknown>>;
  readonly config: ClipConfig;
  readonly tokenizerFiles: TokenizerFiles;
  /** The weights of a tower, or of both, by the names of CLIPModel. @throws CheckpointError */
  read(parameters: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, HostTensor>>;
}

/** Opens a folder that `encodeClip` wrote, or a published one. @throws AquatintError where it is none. */
export async function openClip(files: ModelFiles): Promise<ClipFolder> {
  const model = await openModel(files);
  const { config: json, weights } = componentOf(model, "CLIPModel");
  const tokenizerFiles = await readTokenizer(model, "");
  if (!tokenizerFiles) throw new AquatintError("model/parts", `${model.name} holds no vocab.json`);
  return {
    json,
    config: parseClipConfig(json),
    tokenizerFiles,
    async read(parameters) {
      const towers = new Set(Array.from(parameters.keys(), partOf));
      const locations = new Map([...weights].filter(([key]) => towers.has(partOf(key))));
      expectKeys(model.name, parameters, locations);
      return readTensors(locations);
    },
  };
}

const partOf = (key: string): string => itemAt(key.split("."), 0);

/** Content of a folder with both towers. */
export interface ClipContent {
  /** CLIPModel's config in transformers' names. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Side of the images in pixels. */
  readonly side: number;
  readonly tokenizerFiles: TokenizerFiles;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** The files of such a folder in float16, by their paths. */
export function encodeClip({ config, side, tokenizerFiles, weights }: ClipContent): Map<string, Uint8Array | string> {
  const files = new Map(encodeComponent({ folder: "", className: "CLIPModel", config, weights }));
  for (const file of tokenizerFileNames) files.set(file, tokenizerFiles[file]);
  return files.set("preprocessor_config.json", encodeJson(preprocessing(side)));
}

/** Config of CLIPProcessor for images of our data sets, in -1 .. 1. */
const preprocessing = (side: number) => ({
  image_processor_type: "CLIPImageProcessor",
  do_resize: true,
  size: { shortest_edge: side },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: side, width: side },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
  do_convert_rgb: true,
});

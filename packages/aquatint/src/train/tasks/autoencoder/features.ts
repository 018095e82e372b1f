import type { ModelFiles } from "../../../checkpoints/files.ts";
import { componentOf, openModel, readNetwork } from "../../../checkpoints/open.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { ImageClassifier, parseClassifierConfig } from "../../../models/classifier/index.ts";
import { CLIPVisionModelWithProjection } from "../../../models/clip/index.ts";
import { parameters } from "../../../nn/module.ts";
import { openClip } from "../clip/folder.ts";
import type { TaskContext } from "../kind.ts";
import type { AutoencoderTaskConfig } from "./config.ts";

/** A frozen image encoder that images are compared by. */
export interface Features {
  /** Its parameters, by the names of its own folder. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
  /** Outputs of its layers for images [n, 3, h, w]. */
  states(images: Tensor): readonly Tensor[];
}

async function clipFeatures(files: ModelFiles): Promise<Features> {
  const { config, read } = await openClip(files);
  const tower = CLIPVisionModelWithProjection(config.vision_config);
  const names = parameters(tower);
  return { parameters: names, weights: () => read(names), states: (x) => tower(x).hiddenStates.slice(1) };
}

async function classifierFeatures(files: ModelFiles): Promise<Features> {
  const opened = await openModel(files);
  const model = ImageClassifier(parseClassifierConfig(componentOf(opened, "ImageClassifier").config));
  const names = parameters(model);
  const weights = () => readNetwork(opened, "ImageClassifier", names);
  return { parameters: names, weights, states: (x) => model(x).states };
}

/** The kinds of image encoders, by the field that gives the folder of one. */
const kinds = { clip: clipFeatures, classifier: classifierFeatures } as const;

/** Opens the encoder of a configuration; none where it compares pixels alone. */
export async function openFeatures(
  { features }: AutoencoderTaskConfig["loss"],
  { modelFiles }: Pick<TaskContext, "modelFiles">,
): Promise<Features | undefined> {
  for (const [name, open] of Object.entries(kinds)) {
    const folder = features?.[name as keyof typeof kinds];
    if (folder !== undefined) return open(await modelFiles(folder));
  }
  return undefined;
}

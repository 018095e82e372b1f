import type { TensorEntry } from "../formats/safetensors/safetensors.ts";

/** Where a weight's bytes lie. `shape` is the module's; a transposed weight lies in the file with its two axes swapped. */
export interface WeightPlace extends TensorEntry {
  /** Path of the file, with every symbolic link followed. */
  readonly file: string;
  readonly transposed?: true;
}

/** A JSON object as it stands in a config.json. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One network of a checkpoint: its config in the published names, and its weights by the module's parameter paths. */
export interface CheckpointComponent {
  /** The class that `models` knows it by: "UNet2DConditionModel". */
  readonly className: string;
  readonly config: JsonObject;
  /** No file held the config: it follows from the shapes, and what they do not say is as it was published. */
  readonly inferred?: true;
  readonly weights: ReadonlyMap<string, WeightPlace>;
}

/** Which published line of models the weights belong to. */
export type Family = "sd1" | "sd2" | "sdxl" | "sdxl-refiner";

/** A published model, whatever files it lies in: what there is and where, with nothing loaded. */
export interface Checkpoint {
  /** The path that was opened, for messages. */
  readonly name: string;
  readonly layout: "folder" | "single-file" | "component";
  /** Undefined where the weights are of none of the known ones. */
  readonly family: Family | undefined;
  /** "unet", "vae", "text_encoder", "text_encoder_2", "controlnet". */
  readonly components: ReadonlyMap<string, CheckpointComponent>;
  /** The config of its scheduler; a single file's is what its family was published with. */
  readonly scheduler: JsonObject | undefined;
  /** What its model_index.json says of the pipeline; a single file's is what its family was published with. */
  readonly index: JsonObject;
  /** The token that pads prompts, by the name of the text encoder; empty for a folder, whose tokenizers say it. */
  readonly padTokens: ReadonlyMap<string, string>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Tensors of the files that belong to no component: an average of training, another program's extras. */
  readonly unused: readonly string[];
  /** What else of the files is not as it was published, in sentences. */
  readonly notes: readonly string[];
}

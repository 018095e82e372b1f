import type { SafetensorsHeader, TensorEntry } from "../formats/safetensors/safetensors.ts";
import type { Family } from "../models/families.ts";
import type { JsonObject } from "../util/json.ts";
import type { FileRange, ModelFiles } from "./files.ts";

/** A file of weights, wherever it is. */
export interface WeightFile {
  /** For messages. */
  readonly name: string;
  /** Its real path on this machine's disk, with "/" between folders, where an engine may map it. */
  readonly path?: string;
  /** The file itself, where an engine in a browser may read it. */
  readonly blob?: Blob;
  /** A part of its bytes; fewer where the file ends before. @throws AquatintError "file/…". */
  read(range: FileRange): Promise<Uint8Array<ArrayBuffer>>;
}

/** Location of a tensor's bytes. `shape` is the module's; a transposed weight lies in the file with its two axes swapped. */
export interface TensorLocation extends TensorEntry {
  readonly file: WeightFile;
  readonly transposed?: true;
  /** A weight in 8 bits: what stands beside it in the file. */
  readonly quantized?: QuantizedParts | undefined;
}

/** Locations of the scales of a weight in 8 bits, and of the ranges of its layer. */
export interface QuantizedParts {
  readonly scale: TensorLocation;
  readonly input: TensorLocation;
  /** Range of the result of a convolution. */
  readonly output?: TensorLocation | undefined;
}

/** A file with its checked header. */
export interface FileHeader {
  readonly file: WeightFile;
  readonly header: SafetensorsHeader;
}

/** One network of a checkpoint: its config in the published names, and its weights by the module's parameter paths. */
export interface ModelComponent {
  /** The class that `models` knows it by: "UNet2DConditionModel". */
  readonly className: string;
  readonly config: JsonObject;
  /** No file held the config: it follows from the shapes, and what they do not say is as it was published. */
  readonly inferred?: true;
  readonly weights: ReadonlyMap<string, TensorLocation>;
}

/** A published model, whatever files it lies in: what there is and where, with nothing loaded. */
export interface Model {
  /** The path or address that was opened, for messages. */
  readonly name: string;
  readonly layout: "folder" | "single-file" | "component";
  /** Undefined where the weights are of none of the known ones. */
  readonly family: Family | undefined;
  /** "unet", "vae", "text_encoder", "text_encoder_2", "controlnet". */
  readonly components: ReadonlyMap<string, ModelComponent>;
  /** The config of its scheduler; a single file's is what its family was published with. */
  readonly scheduler: JsonObject | undefined;
  /** Content of model_index.json; a single file's is what its family was published with. */
  readonly index: JsonObject;
  /** The token that pads prompts, by the name of the text encoder; empty for a folder, whose tokenizers say it. */
  readonly padTokens: ReadonlyMap<string, string>;
  /** Content of generation_config.json, where there is one. */
  readonly generation: JsonObject | undefined;
  /** The files that it lies in. */
  readonly files: ModelFiles;
  readonly metadata: Readonly<Record<string, string>>;
  /** Tensors of the files that belong to no component: an average of training, another program's extras. */
  readonly unused: readonly string[];
  /** Other differences from the published form, in sentences. */
  readonly notes: readonly string[];
}

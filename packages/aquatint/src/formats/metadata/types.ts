import type { GeneratorName } from "../../math/generators.ts";

/** The texts of an image file, by keyword or EXIF tag. */
export type MetadataTexts = Readonly<Record<string, string>>;

/** The programs whose metadata is read or recognized. */
export type MetadataSource =
  | "aquatint"
  | "a1111"
  | "comfyui"
  | "swarmui"
  | "fooocus"
  | "sdcpp"
  | "invokeai"
  | "novelai"
  | "draw-things"
  | "easy-diffusion"
  | "midjourney";

/** A LoRA, hypernetwork or the like that the image was made with. */
export interface NetworkCall {
  /** "lora", "lyco", "hypernet". */
  readonly kind: string;
  readonly name: string;
  /** Undefined where it is not a single number. */
  readonly scale: number | undefined;
  /** Name and arguments as the program wrote them: "style:0.8". */
  readonly text: string;
}

/** A program's way of applying clip skip. */
export interface ClipStop {
  /** The layer whose output is read, counted from the last one, which is 1. */
  readonly layer: number;
  /**
   * "a1111" skips layers of Stable Diffusion 1.x only; "comfyui" sets the layer of every family; "diffusers" leaves
   * `layer` - 1 more layers out of the prompt alone.
   */
  readonly rule: "a1111" | "comfyui" | "diffusers";
}

/** Generation metadata of an image, as far as its file says; `settings` holds every value under the program's own name. */
export interface ImageMetadata {
  readonly source: MetadataSource;
  readonly prompt?: string;
  readonly negative?: string;
  /** As decimal digits where it is beyond 2^53. */
  readonly seed?: number | string;
  readonly steps?: number;
  /** With the schedule after it: "DPM++ 2M Karras", "euler normal". */
  readonly sampler?: string;
  readonly guidance?: number;
  readonly width?: number;
  readonly height?: number;
  readonly model?: string;
  readonly modelHash?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The program's schedule where the sampler's name has none. */
  readonly defaultSchedule?: "Automatic" | "Normal" | undefined;
  /** The program whose schedules are meant where programs differ under one name: its name then stands behind the schedule's. */
  readonly schedulesOf?: "ComfyUI" | undefined;
  readonly guidanceRescale?: number | undefined;
  readonly clipStop?: ClipStop | undefined;
  /** Noise of another seed that was mixed into the start. */
  readonly variation?: { readonly seed: number | string; readonly strength: number } | undefined;
  /** True if prompts of fewer chunks were padded to as many as the longest; unknown when absent. */
  readonly paddedChunks?: boolean | undefined;
  readonly rng?: GeneratorName | undefined;
  readonly promptSyntax?: "plain" | "a1111" | undefined;
  /** A1111's emphasis mode by its name there. */
  readonly emphasis?: "Original" | "No norm" | "Ignore" | "None" | undefined;
  /** LoRAs and the like; their files are not part of the image. */
  readonly networks?: readonly NetworkCall[];
  /** Other settings that shaped the image and that Aquatint does not repeat, one phrase each. */
  readonly unrepeated?: readonly string[];
  /** Other differences, as sentences without a period. */
  readonly notes?: readonly string[];
}

/** One program's metadata: adding a program is one file with this and one line in the registry. */
export interface MetadataFormat {
  readonly source: MetadataSource;
  /** The program's name for people. */
  readonly title: string;
  /** Tells whether the texts may be this program's; `read` decides. */
  matches(texts: MetadataTexts): boolean;
  /** Reads them; undefined where they are not this program's after all. */
  read(texts: MetadataTexts): ImageMetadata | undefined;
}

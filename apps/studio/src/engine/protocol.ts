import type { Image, TextToImageOptions } from "aquatint";
import type { GenerationParameters, TextToVideoOptions } from "aquatint/pipelines";
import type { PromptSyntax } from "aquatint/tokenizers";
import type { FileSet } from "../model-files/file-set.ts";
import type { OpenedSource } from "../model-files/load-source.ts";
import type { ModelSource } from "../model-files/open-source.ts";
import type { Companion, FileReport } from "../model-files/report.ts";
import type { ClipFileName } from "./clip-formats.ts";
import type { EngineDevice } from "./device.ts";
import type { EngineFailure } from "./failure.ts";
import type { FewSteps } from "./forms.ts";
import type { ModelProgress } from "./hosted/model-files.ts";

/** Facts about the engine and its model. */
export interface EngineInfo {
  readonly device: EngineDevice;
  readonly threads: number;
  /** Whether the next visit finds the page's own model in the browser; undefined where a visitor's takes its place. */
  readonly isModelKept: boolean | undefined;
  /** Stored pieces of that model that were damaged and fetched again. */
  readonly damagedPieces: number;
  readonly modelName: string;
  readonly modelHash: string | undefined;
  /** In bytes. */
  readonly modelBytes: number;
  /** Side of the images that the model was trained at, and the unit of all sides, in pixels. */
  readonly sampleSize: number;
  readonly multiple: number;
  readonly steps: number;
  readonly guidance: number;
  /** The form of the model for few steps, where the engine has it. */
  readonly fewSteps?: FewSteps | undefined;
  readonly sampler: string;
  /** Tokens of a prompt that the model reads. */
  readonly maxTokens: number;
  /** What stands beside the default model, or in its place; absent where nothing does. */
  readonly source?: OpenedSource | undefined;
}

/** Tokens of a prompt, and the end of it that the model does not read. */
export interface TokenCount {
  readonly tokens: number;
  readonly cut: string;
}

/** Options of images and clips. */
interface FormOptions {
  /** True draws with the model's own form for few steps. */
  readonly fewSteps?: boolean | undefined;
}

/** An image to be made. */
export type DrawOptions = TextToImageOptions &
  FormOptions & {
    readonly init?: Image | undefined;
    readonly mask?: Image | undefined;
    /** Pixels over which what is painted in the mask fades into `init`. */
    readonly feather?: number | undefined;
  };

/** A clip to be made. */
export type ClipOptions = Omit<TextToVideoOptions, "controls" | "prompt"> & FormOptions & { readonly prompt: string };

/** The files of a motion adapter: a folder of the page's host, or a file of the visitor's. */
export interface MotionSource {
  /** Address of the folder. */
  readonly base: string;
  readonly file?: File | undefined;
}

/** A motion adapter that is loaded. */
export interface MotionInfo {
  readonly name: string;
  readonly bytes: number;
  /** Frames that it sees at once. */
  readonly maxFrames: number;
}

/** Latents of a step, to be looked at afterwards. */
export interface TracePoint {
  readonly t: number;
  readonly x: Float32Array;
  readonly x0: Float32Array;
  /** The second pass of a hires fix is larger than the first. */
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** The way of an image from noise. */
export interface Trace {
  readonly points: readonly TracePoint[];
}

/** A finished image: the PNG file with its recipe in it; of a clip an animated one. */
export interface DrawResult {
  readonly png: Uint8Array<ArrayBuffer>;
  readonly recipe: GenerationParameters;
  /** The first frame of a clip, as a PNG file. */
  readonly poster?: Uint8Array<ArrayBuffer> | undefined;
  readonly trace?: Trace | undefined;
  readonly seconds: number;
}

/** Events on the way. */
export type EngineEvent =
  | { readonly type: "model"; readonly progress: ModelProgress }
  | { readonly type: "loading" }
  /** Half precision overflowed; the image is made again in float32. */
  | { readonly type: "precision" }
  | { readonly type: "step"; readonly i: number; readonly n: number; readonly preview: Image | undefined };

/** Calls of the engine's worker. */
export interface EngineCalls {
  open: {
    readonly params: {
      readonly base: string;
      readonly device: EngineDevice;
      readonly threads?: number;
      /** Files in place of the default model, and beside it. */
      readonly source?: ModelSource | undefined;
    };
    readonly result: EngineInfo;
  };
  /** Says what files are, from their headers. */
  inspect: {
    readonly params: { readonly files: FileSet; readonly device: EngineDevice };
    readonly result: FileReport;
  };
  /** Why each of these does not fit the model that is loaded; undefined for those that do. */
  misfits: {
    readonly params: { readonly companions: readonly Companion[] };
    readonly result: readonly (EngineFailure | undefined)[];
  };
  /** SHA-256 of the weights of the model that is loaded; undefined where they cannot be read. */
  hash: { readonly params: undefined; readonly result: string | undefined };
  draw: { readonly params: DrawOptions; readonly result: DrawResult };
  clip: {
    readonly params: { readonly options: ClipOptions; readonly motion: MotionSource };
    readonly result: DrawResult;
  };
  /** Loads a motion adapter where it is not loaded. */
  motion: { readonly params: MotionSource; readonly result: MotionInfo };
  /** The frames of an animated PNG file. */
  frames: {
    readonly params: { readonly png: Blob };
    readonly result: { readonly frames: readonly Image[]; readonly fps: number };
  };
  /** An animated PNG file in another format, with its texts. */
  encode: {
    readonly params: { readonly png: Blob; readonly format: ClipFileName };
    readonly result: Uint8Array<ArrayBuffer>;
  };
  count: { readonly params: { readonly text: string; readonly syntax: PromptSyntax }; readonly result: TokenCount };
  /** Images of latents of a trace. */
  decode: {
    readonly params: { readonly latents: readonly Float32Array[]; readonly shape: TracePoint["shape"] };
    readonly result: readonly Image[];
  };
}
/** The name of a call. */
export type EngineCall = keyof EngineCalls;

/** Messages to the worker: a call, or the end of one. */
export type EngineRequest =
  | {
      readonly [K in EngineCall]: { readonly id: number; readonly call: K; readonly params: EngineCalls[K]["params"] };
    }[EngineCall]
  | { readonly id: number; readonly call: "abort" };

/** Messages of the worker. */
export type EngineAnswer =
  | { readonly life: string }
  | { readonly id: number; readonly event: EngineEvent }
  | { readonly id: number; readonly result: EngineCalls[EngineCall]["result"] }
  | { readonly id: number; readonly failure: EngineFailure };

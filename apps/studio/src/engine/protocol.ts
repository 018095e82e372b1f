import type { Image, TextToImageOptions } from "aquatint";
import type { GenerationParameters } from "aquatint/pipelines";
import type { FileSet } from "../model-files/file-set.ts";
import type { OpenedSource } from "../model-files/load-source.ts";
import type { ModelSource } from "../model-files/open-source.ts";
import type { Companion, FileReport } from "../model-files/report.ts";
import type { EngineDevice } from "./device.ts";
import type { EngineFailure } from "./failure.ts";
import type { ModelProgress } from "./model-files.ts";

/** Facts about the engine and its model. */
export interface EngineInfo {
  readonly device: EngineDevice;
  readonly threads: number;
  readonly modelName: string;
  readonly modelHash: string | undefined;
  /** In bytes. */
  readonly modelBytes: number;
  /** Side of the images that the model was trained at, and the unit of all sides, in pixels. */
  readonly sampleSize: number;
  readonly multiple: number;
  readonly steps: number;
  readonly guidance: number;
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

/** An image to be made. */
export type DrawOptions = Omit<TextToImageOptions, "hires"> & {
  readonly init?: Image | undefined;
  readonly mask?: Image | undefined;
  /** Pixels over which what is painted in the mask fades into `init`. */
  readonly feather?: number | undefined;
};

/** Latents of a step, to be looked at afterwards. */
export interface TracePoint {
  readonly t: number;
  readonly x: Float32Array;
  readonly x0: Float32Array;
}
/** The way of an image from noise: its steps, and the shape of its latents. */
export interface Trace {
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly points: readonly TracePoint[];
}

/** A finished image: the PNG file with its recipe in it. */
export interface DrawResult {
  readonly png: Uint8Array<ArrayBuffer>;
  readonly recipe: GenerationParameters;
  readonly trace: Trace;
  readonly seconds: number;
}

/** Events on the way. */
export type EngineEvent =
  | { readonly type: "model"; readonly progress: ModelProgress }
  | { readonly type: "loading" }
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
  draw: { readonly params: DrawOptions; readonly result: DrawResult };
  count: { readonly params: { readonly text: string }; readonly result: TokenCount };
  /** Images of latents of a trace. */
  decode: {
    readonly params: { readonly latents: readonly Float32Array[]; readonly shape: Trace["shape"] };
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
  | { readonly id: number; readonly event: EngineEvent }
  | { readonly id: number; readonly result: EngineCalls[EngineCall]["result"] }
  | { readonly id: number; readonly failure: EngineFailure };

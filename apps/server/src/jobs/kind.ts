import type { Image } from "aquatint";
import type { GenerationEngineOptions } from "aquatint/node";
import type { z } from "zod";
import type { ModelCatalog } from "../models/catalog.ts";

/** What a kind of job may use, where a request is checked and where it is run. */
export interface KindContext {
  readonly models: ModelCatalog;
  /** An image of the request, by the value that stands in its place. */
  image(value: string): Promise<Image>;
  /** How models are run; `maxMemory` only where it shall decide how. */
  readonly engine: Pick<
    GenerationEngineOptions,
    "device" | "threads" | "keepAlive" | "cache" | "maxMemory" | "precision"
  >;
}

/** What ends a run before its end. */
export interface RunSignals {
  /** Ends all of it. */
  readonly signal: AbortSignal;
  /** Ends the files under way; made anew for each part of the run. */
  part(): AbortSignal;
}

/** An event of a run. */
export type KindEvent =
  | {
      readonly type: "step";
      readonly image: number;
      readonly step: number;
      readonly steps: number;
      readonly preview?: Image | undefined;
    }
  | {
      readonly type: "file";
      readonly bytes: Uint8Array;
      /** "png" */
      readonly extension: string;
      readonly mimeType: string;
      readonly seed: number | string;
      readonly width: number;
      readonly height: number;
      readonly infotext: string;
      readonly modelHash?: string | undefined;
    };

/** What is known of a request that was checked. */
export interface JobFacts {
  /** Name of the model in the catalog, by whose queue workers find the job; empty where it needs none. */
  readonly queue: string;
  /** Name of the model in the files. */
  readonly model: string;
  /** Pixels of one file, steps of the network for it, and files. */
  readonly work: { readonly pixels: number; readonly steps: number; readonly images: number };
  /** True if the memory limit chooses another way than the fastest. */
  readonly limited: boolean;
}

/** A request that is checked: nothing is loaded. */
export interface PreparedJob extends JobFacts {
  run(signals: RunSignals): AsyncGenerator<KindEvent, void, void>;
}

/** A kind of job: adding one is a file with this and a line in the registry. */
export interface JobKind {
  /** "text-to-image" */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The fields of a request besides `kind`. */
  readonly schema: z.ZodObject;
  /** Fields that hold images; "controls.*.image" is one of each item. */
  readonly images: readonly string[];
  /** Checks a parsed request against the model's files. @throws AquatintError that names what is wrong. */
  prepare(request: Readonly<Record<string, unknown>>, context: KindContext): Promise<PreparedJob>;
}

/** A kind whose request has the type of its schema. */
export const defineKind = <S extends z.ZodObject>(
  kind: Omit<JobKind, "schema" | "prepare"> & {
    readonly schema: S;
    prepare(request: z.output<S>, context: KindContext): Promise<PreparedJob>;
  },
): JobKind => ({ ...kind, prepare: (request, context) => kind.prepare(request as z.output<S>, context) });

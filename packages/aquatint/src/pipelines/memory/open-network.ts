import type { WeightMemory } from "../../compiler/executable.ts";
import type { PrecisionPass } from "../../compiler/onnx/emit.ts";
import { float16Pass } from "../../compiler/onnx/float16.ts";
import { singleResidentRuntime } from "../../runtime/single-resident.ts";
import type { Runtime } from "../../runtime/types.ts";
import { type TextToImageNetwork, type TextToImageNetworkInput, textToImageNetwork } from "../network/network.ts";
import { decodeInHalf, type RetryEvent } from "../vae/float16-fallback.ts";
import { tiledNetwork } from "../vae/tiling.ts";
import { type MemoryPlan, sliceOptions } from "./plan.ts";

/** Precision of an autoencoder. In float16 it is tried, and computed again in float32 where it overflows. */
export type VaePrecision = "float32" | "float16";

/** Options of running networks. */
export interface OpenNetworkOptions {
  /** Parts of the networks. */
  readonly parts: Omit<
    TextToImageNetworkInput,
    "runtime" | "weightMemory" | "scoreBytes" | "feedForward" | "decoderFloat16"
  >;
  readonly memory?: MemoryPlan | undefined;
  /** Bytes that the process may take; no limit when absent. */
  readonly maxMemory?: number | undefined;
  readonly weightMemory?: WeightMemory | undefined;
  readonly vaePrecision?: VaePrecision | undefined;
}

/** Networks that any number of generations may use at the same time. */
export interface OpenNetwork extends AsyncDisposable {
  /** The networks for one generation, which is told when half precision is given up. */
  forGeneration(onRetry: (event: RetryEvent) => void): TextToImageNetwork;
}

/** The networks of a model on a runtime, within a plan of memory and in the precision that is wanted. */
export function openNetwork(runtime: Runtime, limits: OpenNetworkOptions): OpenNetwork {
  const { parts, memory, maxMemory, vaePrecision = "float32" } = limits;
  const weightMemory = memory?.weightMemory ?? limits.weightMemory;
  const slices = sliceOptions(runtime.device, maxMemory);
  const shared = memory?.residency === "single" ? singleResidentRuntime(runtime) : runtime;
  const open = (decoderFloat16?: PrecisionPass): TextToImageNetwork => {
    const network = textToImageNetwork({ ...parts, runtime: shared, weightMemory, ...slices, decoderFloat16 });
    return memory ? tiledNetwork(network, { tile: memory.tile, factor: parts.modules.factor }) : network;
  };
  const full = open();
  if (vaePrecision === "float32") {
    return { forGeneration: () => full, [Symbol.asyncDispose]: () => full[Symbol.asyncDispose]() };
  }
  const half = open(float16Pass);
  return {
    forGeneration: (onRetry) => ({ ...full, decode: decodeInHalf(half.decode, full.decode, onRetry) }),
    async [Symbol.asyncDispose]() {
      await half[Symbol.asyncDispose]();
      await full[Symbol.asyncDispose]();
    },
  };
}

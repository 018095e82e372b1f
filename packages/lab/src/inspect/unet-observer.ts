import { float32Data, type HostTensors, type Node, type Tensor, topological } from "aquatint/graph";
import { mean } from "aquatint/ops";
import type { ProgramObserver } from "aquatint/pipelines";
import { itemAt, lookup } from "aquatint/util";
import { type UNetPart, unetParts } from "./unet-parts.ts";

/** The output of a part in one evaluation. */
export interface PartActivation {
  readonly part: UNetPart;
  /** [rows, channels, height, width] */
  readonly values: Float32Array;
}

/** Attention of the places of an image to the words, in one layer of one evaluation. */
export interface WordAttention {
  /** The attention's module: "mid_block.attentions.0.transformer_blocks.0.attn2". */
  readonly path: string;
  readonly height: number;
  readonly width: number;
  readonly tokens: number;
  /** softmax(q kᵀ / √d), the mean of its heads: [rows, height · width, tokens]. A place's weights sum to 1. */
  readonly weights: Float32Array;
}

/** Attention of the frames of a clip to each other, in one layer of the motion modules in one evaluation. */
export interface FrameAttention {
  /** The attention's module: "mid_block.motion_modules.0.transformer_blocks.0.attn1". */
  readonly path: string;
  readonly height: number;
  readonly width: number;
  readonly frames: number;
  /** softmax(q kᵀ / √d), the mean of its heads: [clips · height · width, frames, frames], a row for each frame that looks. A row sums to 1. */
  readonly weights: Float32Array;
}

/** Activations and attention of a U-Net in one evaluation. */
export interface UNetReading {
  readonly activations: readonly PartActivation[];
  readonly attention: readonly WordAttention[];
  readonly motion: readonly FrameAttention[];
}

/** Options of `unetObserver`: what it reads, nothing unless it is said. */
export interface UNetObserverOptions {
  readonly activations?: boolean;
  /** Attention of places to words. */
  readonly attention?: boolean;
  /** Attention of frames to frames. */
  readonly motion?: boolean;
}

/** Reads what a U-Net computes inside, in each evaluation. It passes over other networks. */
export function unetObserver(
  { activations = false, attention = false, motion = false }: UNetObserverOptions,
  onReading: (reading: UNetReading) => void,
): ProgramObserver {
  return (outputs, names) => {
    const nodes = topological(Object.values(outputs));
    const parts = unetParts(nodes, new Set(names.values()));
    const layers = attention ? layersOf(nodes, parts, wordLayer) : [];
    const clips = motion ? layersOf(nodes, parts, frameLayer) : [];
    const observed = activations ? parts : [];
    if (observed.length + layers.length + clips.length === 0) return { outputs: {}, take: () => {} };
    const values = (results: HostTensors, name: string) => float32Data(lookup(results, name));
    return {
      outputs: Object.fromEntries([
        ...observed.map(({ part, output }) => [`activation ${part.path}`, output]),
        ...[...layers, ...clips].map(({ layer, weights }) => [`attention ${layer.path}`, weights]),
      ]),
      take(results) {
        onReading({
          activations: observed.map(({ part }) => ({ part, values: values(results, `activation ${part.path}`) })),
          attention: layers.map(({ layer }) => ({ ...layer, weights: values(results, `attention ${layer.path}`) })),
          motion: clips.map(({ layer }) => ({ ...layer, weights: values(results, `attention ${layer.path}`) })),
        });
      },
    };
  };
}

/** A layer of attention, and its weights in the graph. */
interface Layer<A> {
  readonly layer: Omit<A, "weights">;
  readonly weights: Tensor;
}

/** A kind of attention: the parts and the modules that compute it, and the name of what is looked at. */
interface LayerKind<A> {
  readonly part: UNetPart["kind"];
  readonly path: RegExp;
  readonly describe: (size: Pick<WordAttention, "path" | "height" | "width">, count: number) => Omit<A, "weights">;
}

/** Attention to the context: the second one of each transformer block. */
const wordLayer: LayerKind<WordAttention> = {
  part: "attention",
  path: /\.attn2$/,
  describe: (size, tokens) => ({ ...size, tokens }),
};

/** Attention to frames: all of a motion module. */
const frameLayer: LayerKind<FrameAttention> = {
  part: "motion",
  path: /\.attn\d$/,
  describe: (size, frames) => ({ ...size, frames }),
};

function layersOf<A>(
  nodes: readonly Node[],
  parts: ReturnType<typeof unetParts>,
  kind: LayerKind<A>,
): readonly Layer<A>[] {
  return nodes.flatMap(({ op, scope, outputs: [weights] }) => {
    const path = scope?.path() ?? "";
    const owner = parts.find(({ part }) => part.kind === kind.part && path.startsWith(`${part.path}.`));
    if (op.name !== "softmax" || !kind.path.test(path) || !owner) return [];
    const { height, width } = owner.part;
    const layer = kind.describe({ path, height, width }, itemAt(weights.shape, -1));
    return [{ layer, weights: mean(weights, { axes: [1] }) }]; // [rows, heads, places, tokens], or [places, heads, frames, frames]
  });
}

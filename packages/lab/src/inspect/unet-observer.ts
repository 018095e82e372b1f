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

/** Activations and attention of a U-Net in one evaluation. */
export interface UNetReading {
  readonly activations: readonly PartActivation[];
  readonly attention: readonly WordAttention[];
}

/** Options of `unetObserver`: what it reads, nothing unless it is said. */
export interface UNetObserverOptions {
  readonly activations?: boolean;
  readonly attention?: boolean;
}

/** Reads what a U-Net computes inside, in each evaluation. It passes over other networks. */
export function unetObserver(
  { activations = false, attention = false }: UNetObserverOptions,
  onReading: (reading: UNetReading) => void,
): ProgramObserver {
  return (outputs, names) => {
    const nodes = topological(Object.values(outputs));
    const parts = unetParts(nodes, new Set(names.values()));
    const layers = attention ? wordLayers(nodes, parts) : [];
    const observed = activations ? parts : [];
    if (observed.length + layers.length === 0) return { outputs: {}, take: () => {} };
    const values = (results: HostTensors, name: string) => float32Data(lookup(results, name));
    return {
      outputs: Object.fromEntries([
        ...observed.map(({ part, output }) => [`activation ${part.path}`, output]),
        ...layers.map(({ layer, weights }) => [`attention ${layer.path}`, weights]),
      ]),
      take(results) {
        onReading({
          activations: observed.map(({ part }) => ({ part, values: values(results, `activation ${part.path}`) })),
          attention: layers.map(({ layer }) => ({ ...layer, weights: values(results, `attention ${layer.path}`) })),
        });
      },
    };
  };
}

interface WordLayer {
  readonly layer: Omit<WordAttention, "weights">;
  readonly weights: Tensor;
}

/** Attention to the context: the second one of each transformer block. */
function wordLayers(nodes: readonly Node[], parts: ReturnType<typeof unetParts>): readonly WordLayer[] {
  return nodes.flatMap(({ op, scope, outputs: [weights] }) => {
    const path = scope?.path() ?? "";
    const owner = parts.find(({ part }) => path.startsWith(`${part.path}.`));
    if (op.name !== "softmax" || !path.endsWith(".attn2") || !owner) return [];
    const { height, width } = owner.part;
    const layer = { path, height, width, tokens: itemAt(weights.shape, -1) };
    return [{ layer, weights: mean(weights, { axes: [1] }) }]; // [rows, heads, places, tokens]
  });
}

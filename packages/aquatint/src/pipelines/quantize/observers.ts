import { type LayerRanges, type LayerUse, layerUses, noiseOf, rangesOf } from "../../compiler/int8/uses.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { lookup } from "../../util/items.ts";
import type { ProgramObserver } from "../network/program-cache.ts";

/** Power of a layer's output and of what rounding adds to it. */
export interface LayerNoise {
  readonly signal: number;
  readonly error: number;
}

/** Signal to noise in dB. */
export const decibels = ({ signal, error }: LayerNoise): number => 10 * Math.log10(signal / error);

/** An observer with what it has seen, by the names of the layers' weights. */
interface LayerObserver<T> {
  readonly observer: ProgramObserver;
  readonly layers: ReadonlyMap<string, T>;
}

/** The ranges of all that layers read and give. */
export const rangeObserver = (accepts: (name: string) => boolean): LayerObserver<LayerRanges> =>
  layerObserver<LayerRanges>({ accepts, measure: rangesOf }, (all, [inMin = 0, inMax = 0, outMin = 0, outMax = 0]) => ({
    input: { min: Math.min(inMin, all?.input.min ?? inMin), max: Math.max(inMax, all?.input.max ?? inMax) },
    output: { min: Math.min(outMin, all?.output.min ?? outMin), max: Math.max(outMax, all?.output.max ?? outMax) },
  }));

/** The noise of each layer in 8 bits with these ranges. */
export const noiseObserver = (ranges: ReadonlyMap<string, LayerRanges>): LayerObserver<LayerNoise> =>
  layerObserver<LayerNoise>(
    { accepts: (name) => ranges.has(name), measure: (uses) => noiseOf(uses, (name) => lookup(ranges, name)) },
    (all, [error = 0, signal = 0]) => ({ signal: (all?.signal ?? 0) + signal, error: (all?.error ?? 0) + error }),
  );

interface Measurement {
  /** True for a layer that is measured, by the name of its weight. */
  accepts(name: string): boolean;
  /** One row for each use of a layer. */
  measure(uses: readonly LayerUse[]): Tensor;
}

const OUTPUT = "observed layers";

function layerObserver<T>(
  { accepts, measure }: Measurement,
  merge: (all: T | undefined, row: Float32Array) => T,
): LayerObserver<T> {
  const layers = new Map<string, T>();
  const observer: ProgramObserver = (outputs, names) => {
    const uses = layerUses(outputs, new Map(Array.from(names).filter(([name]) => accepts(name))));
    if (uses.length === 0) return { outputs: {}, take: () => {} };
    return {
      outputs: { [OUTPUT]: measure(uses) },
      take(results) {
        const data = float32Data(lookup(results, OUTPUT));
        const width = data.length / uses.length;
        for (const [i, { name }] of uses.entries()) {
          layers.set(name, merge(layers.get(name), data.subarray(i * width, (i + 1) * width)));
        }
      },
    };
  };
  return { observer, layers };
}

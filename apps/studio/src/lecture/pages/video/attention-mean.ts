import type { FrameAttention } from "@aquatint/lab/inspect";

/** The mean of the attention of frames over evaluations, layer by layer. */
export class AttentionMean {
  readonly #sums = new Map<string, FrameAttention>();
  #count = 0;

  add(attention: readonly FrameAttention[]): void {
    this.#count++;
    for (const layer of attention) {
      const sums = this.#sums.get(layer.path)?.weights;
      const weights = sums ? layer.weights.map((weight, i) => weight + (sums[i] ?? 0)) : layer.weights;
      this.#sums.set(layer.path, { ...layer, weights });
    }
  }

  layers(): readonly FrameAttention[] {
    return Array.from(this.#sums.values(), (layer) => ({
      ...layer,
      weights: layer.weights.map((sum) => sum / this.#count),
    }));
  }
}

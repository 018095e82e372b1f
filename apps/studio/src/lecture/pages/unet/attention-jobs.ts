import { type PromptWord, promptWords, unetObserver, type WordAttention, wordMap } from "@aquatint/lab/inspect";
import { planTextToImage, textToImage, textToImageNetwork } from "aquatint";
import type { Image } from "aquatint/formats";
import { once, openHosted } from "../../model/lecture-model.ts";

/** Input of the attention maps. */
export interface AttentionParams {
  /** The address of the site. */
  readonly root: string;
  readonly prompt: string;
  readonly steps: number;
  readonly seed: number;
}

/** Where one layer looks for each word, the mean of the steps so far. */
export interface LayerMaps {
  readonly path: string;
  readonly height: number;
  readonly width: number;
  /** [height, width] for each word: the share of a place's attention that the word has. */
  readonly words: readonly Float32Array[];
}

/** An image on its way, and where its places look. */
export interface AttentionState {
  readonly words: readonly PromptWord[];
  readonly layers: readonly LayerMaps[];
  readonly step: number;
  readonly n: number;
  /** The estimate of the image so far. */
  readonly image: Image | undefined;
  readonly isDone: boolean;
}

let root = "";
/** What the evaluation that runs gives. */
let latest: readonly WordAttention[] = [];
const observer = unetObserver({ attention: true }, ({ attention }) => {
  latest = attention;
});
const opened = once(async () => {
  const { model, runtime } = await openHosted("model", root);
  const network = textToImageNetwork({ runtime, modules: model.modules, observer, ...(await model.binding()) });
  return { model, network };
});

/** The row of the prompt, which is the last one: the one before has no prompt. */
function promptRow({ weights, height, width, tokens }: WordAttention): Float32Array {
  return weights.subarray(weights.length - height * width * tokens);
}

/** Sums of the layers' maps over evaluations. */
class MapSums {
  readonly #layers = new Map<string, LayerMaps>();
  #count = 0;

  add(attention: readonly WordAttention[], words: readonly PromptWord[]): void {
    this.#count++;
    for (const layer of attention) {
      const { path, height, width, tokens } = layer;
      const maps = words.map((word) => wordMap({ weights: promptRow(layer), tokens }, word));
      const sums = this.#layers.get(path)?.words;
      for (const [w, map] of maps.entries()) for (const i of map.keys()) map[i]! += sums?.[w]?.[i] ?? 0;
      this.#layers.set(path, { path, height, width, words: maps });
    }
  }

  means(): LayerMaps[] {
    const mean = (map: Float32Array) => map.map((sum) => sum / this.#count);
    return Array.from(this.#layers.values(), ({ words, ...layer }) => ({ ...layer, words: words.map(mean) }));
  }
}

/** What the figure of attention computes. */
export const attentionJobs = {
  /** Where the places of an image look, while the model draws it. */
  async *attention(params: AttentionParams, signal: AbortSignal): AsyncGenerator<AttentionState> {
    root = params.root;
    const { model, network } = await opened();
    const { prompt, steps, seed } = params;
    const [tokenizer] = model.tokenizers;
    const words = tokenizer ? promptWords(tokenizer, prompt) : [];
    const plan = await planTextToImage(model, { prompt, sampler: "ddim", steps, seed });
    const sums = new MapSums();
    const state = { words, n: steps, step: 0, image: undefined as Image | undefined };
    for await (const event of textToImage(network, plan, { signal, previews: new Set(Array(steps).keys()) })) {
      if (event.type === "image") {
        yield { ...state, image: event.image, layers: sums.means(), isDone: true };
        continue;
      }
      sums.add(latest, words);
      Object.assign(state, { step: event.i + 1, image: event.images?.x0 });
      yield { ...state, layers: sums.means(), isDone: false };
    }
  },
};

import type { EncodedCaptions, TextToImageNetwork } from "aquatint/pipelines";
import type { PartName } from "./parts.ts";

/** What is heard of a network's calls. */
export interface NetworkListener {
  /** A call of a part took so many milliseconds. */
  onTime(part: PartName, milliseconds: number): void;
  onText(states: EncodedCaptions): void;
}

/** The same network, heard by a listener that may change. */
export function timedNetwork(network: TextToImageNetwork, listener: () => NetworkListener): TextToImageNetwork {
  const timed = async <T>(part: PartName, call: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await call();
    listener().onTime(part, performance.now() - start);
    return result;
  };
  return {
    ...network,
    async encode(...args) {
      const states = await timed("text", () => network.encode(...args));
      listener().onText(states);
      return states;
    },
    predict: (...args) => timed("latents", () => network.predict(...args)),
    decode: (...args) => timed("decoder", () => network.decode(...args)),
  };
}

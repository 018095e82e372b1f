import { AsyncLocalStorage } from "node:async_hooks";
import type { TextToImageNetwork } from "./network.ts";

/** Events of a network that many generations use, each for the generation whose call caused it. */
export interface CallEvents<E> {
  /** Tells the generation whose call runs; outside of calls nobody. */
  emit(event: E): void;
  /** The network with its calls done for one generation. */
  during(network: TextToImageNetwork, onEvent: (event: E) => void): TextToImageNetwork;
}

/** Finds the generation of an event by the call that runs: others may wait for the same load. */
export function callEvents<E>(): CallEvents<E> {
  const callers = new AsyncLocalStorage<(event: E) => void>();
  return {
    emit: (event) => callers.getStore()?.(event),
    during({ encode, predict, encodeImage, decode, ...network }, onEvent) {
      const callOf = <A extends unknown[], R>(method: (...args: A) => R): ((...args: A) => R) =>
        (callers.run<R, A>).bind(callers, onEvent, method);
      return {
        ...network,
        encode: callOf(encode),
        predict: callOf(predict),
        encodeImage: callOf(encodeImage),
        decode: callOf(decode),
      };
    },
  };
}

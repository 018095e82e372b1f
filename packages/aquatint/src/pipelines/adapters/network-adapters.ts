import { type Adapters, withAdapters } from "../../nn/lora.ts";
import { type AdaptedTrace, adapted, type NetworkAdapters } from "./adapters.ts";

/** Branches beside the layers of networks, by the networks' folders, together with the `present` adapters. */
export function networkAdapters(branches: ReadonlyMap<string, Adapters>, present?: NetworkAdapters): NetworkAdapters {
  const traces = Array.from(branches, ([network, layers]): [string, AdaptedTrace] => [
    network,
    (trace) => adapted(present, network, () => withAdapters(layers, trace)),
  ]);
  return new Map([...(present ?? []), ...traces]);
}

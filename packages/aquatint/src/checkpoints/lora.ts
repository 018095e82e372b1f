import type { Tensor } from "../graph/tensor.ts";
import type { Adapters, LowRank } from "../nn/lora.ts";
import { mul } from "../ops/elementwise.ts";
import { param, scalar } from "../ops/leaves.ts";
import { type LoraPair, loraError } from "./lora-names.ts";
import { originalNames } from "./lora-original.ts";
import type { WeightPlace } from "./types.ts";

/** A LoRA whose pairs are known with their factors alpha / rank; its matrices still lie in the file. */
export interface Lora {
  readonly name: string;
  readonly pairs: readonly (LoraPair & { readonly factor: number })[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The parameter paths of the networks that are to be adapted: "unet" to every path of its weights. */
export type AdaptedNetworks = ReadonlyMap<string, Iterable<string>>;

/** A LoRA and how strongly it counts: a scalar tensor, which as an input of the graph changes without a reload. */
export interface ScaledLora {
  readonly lora: Lora;
  readonly scale: Tensor;
}

/** LoRAs as branches of a graph, for `withAdapters`. */
export interface LoraBranches {
  /** By network: "unet", "text_encoder", "text_encoder_2". */
  readonly adapters: ReadonlyMap<string, Adapters>;
  /** The matrices as leaves of the graph, by names that no network has: "lora.0.unet.mid_block.….down". */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Where their values lie, by the same names. */
  readonly weights: ReadonlyMap<string, WeightPlace>;
}

/**
 * LoRAs, several at once, as branches beside the layers of these networks; a network that is not given is left alone.
 * @throws AquatintError "lora/target" where a LoRA names a layer that its network does not have.
 */
export function loraBranches(loras: readonly ScaledLora[], networks: AdaptedNetworks): LoraBranches {
  const resolvers = new Map(
    Array.from(networks, ([component, paths]) => [component, moduleResolver(component, paths)]),
  );
  const adapters = new Map<string, Map<string, LowRank[]>>();
  const parameters = new Map<string, Tensor>();
  const weights = new Map<string, WeightPlace>();
  const leaf = (name: string, place: WeightPlace): Tensor => {
    const tensor = param({ shape: place.shape, init: "zeros" });
    parameters.set(name, tensor);
    weights.set(name, place);
    return tensor;
  };
  for (const [i, { lora, scale }] of loras.entries()) {
    for (const pair of lora.pairs) {
      const resolve = resolvers.get(pair.component);
      if (!resolve) continue;
      const path = resolve(lora.name, pair);
      const name = `lora.${i}.${pair.component}.${path}`;
      const [down, up] = [leaf(`${name}.down`, pair.down), leaf(`${name}.up`, pair.up)];
      const mid = pair.mid && leaf(`${name}.mid`, pair.mid);
      const own = adapters.get(pair.component) ?? new Map<string, LowRank[]>();
      adapters.set(pair.component, own);
      own.set(path, [...(own.get(path) ?? []), { down, up, mid, scale: mul(scale, scalar(pair.factor)) }]);
    }
  }
  return { adapters, parameters, weights };
}

/** The path of the module that a pair belongs to, among those of a network. */
function moduleResolver(component: string, paths: Iterable<string>) {
  const modules = new Set(
    [...paths].filter((path) => path.endsWith(".weight")).map((path) => path.slice(0, -".weight".length)),
  );
  const underscored = new Map([...modules].map((path) => [path.replaceAll(".", "_"), path]));
  for (const [original, path] of originalNames(component, modules))
    underscored.set(original.replaceAll(".", "_"), path);
  return (name: string, pair: LoraPair): string => {
    const path = pair.underscored ? underscored.get(pair.module) : pair.module;
    if (path !== undefined && modules.has(path)) return path;
    throw loraError(
      "target",
      `${name} adapts "${pair.module.slice(0, 120)}" of the ${component}, a layer that this model does not have`,
      "the LoRA was trained on another family of models: aquatint inspect FILE shows which",
    );
  };
}

import type { Tensor } from "../../graph/tensor.ts";
import type { Adapters, Branch } from "../../nn/lora.ts";
import { mul } from "../../ops/elementwise.ts";
import { param, scalar } from "../../ops/leaves.ts";
import { lookup } from "../../util/items.ts";
import type { Embedding } from "../embedding.ts";
import type { TensorLocation } from "../types.ts";
import { loraError } from "./error.ts";
import type { LoraLayer } from "./file.ts";
import { shapesOf } from "./method.ts";
import { originalNames } from "./original-names.ts";

/** A LoRA whose layers are known with their factors alpha / rank; its matrices still lie in the file. */
export interface Lora {
  readonly name: string;
  readonly layers: readonly (LoraLayer & { readonly factor: number })[];
  /** Textual inversions that were trained with it and lie in its file. */
  readonly embeddings: readonly Embedding[];
  /** Tensors that no layer takes. */
  readonly unused: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The parameters of the networks that are to be adapted: "unet" to the shape of each of its weights by its path. */
export type AdaptedNetworks = ReadonlyMap<string, ReadonlyMap<string, { readonly shape: readonly number[] }>>;

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
  /** Location of their values, by the same names. */
  readonly weights: ReadonlyMap<string, TensorLocation>;
  /** Layers that the model lacks or that cannot be adapted, one list a LoRA. */
  readonly skipped: readonly (readonly string[])[];
}

/**
 * LoRAs, several at once, as branches beside the layers of these networks; a network that is not given is left alone.
 * @throws AquatintError "lora/target" where the model lacks more of a LoRA's layers than it has.
 */
export function loraBranches(loras: readonly ScaledLora[], networks: AdaptedNetworks): LoraBranches {
  const resolvers = new Map(
    Array.from(networks, ([component, shapes]) => [component, layerResolver(component, shapes)]),
  );
  const adapters = new Map<string, Map<string, Branch[]>>();
  const parameters = new Map<string, Tensor>();
  const weights = new Map<string, TensorLocation>();
  const leaf = (name: string, location: TensorLocation): Tensor => {
    const tensor = param({ shape: location.shape, init: "zeros" });
    parameters.set(name, tensor);
    weights.set(name, location);
    return tensor;
  };
  const skipped = loras.map(({ lora, scale }, i) => {
    const { matches, missing } = resolved(lora, resolvers);
    for (const [j, { layer, path }] of matches.entries()) {
      const { component, locations, method, factor } = layer;
      const name = `lora.${i}.${component}.${path}.${j}`;
      const tensors = Object.fromEntries(
        Object.entries(locations).map(([role, location]) => [role, leaf(`${name}.${role}`, location!)]),
      );
      const branches = adapters.get(component) ?? new Map<string, Branch[]>();
      adapters.set(component, branches);
      branches.set(path, [...(branches.get(path) ?? []), method.branch(tensors, mul(scale, scalar(factor)))]);
    }
    return missing.map(({ component, module }) => `${component}.${module}`);
  });
  return { adapters, parameters, weights, skipped };
}

/** A layer of a network: its path there, and the shape of its weight. */
export interface Target {
  readonly path: string;
  readonly weight: readonly number[];
}
type Resolver = (layer: LoraLayer) => Target | undefined;

/** A LoRA may name layers that the model lacks, at most one in so many; more of them show that it is of another family. */
const MOST_MISSING = 4;
const FAMILY_HINT = "the LoRA was trained on another family of models: aquatint inspect FILE shows which";

/** The layers of a LoRA with their paths in the networks, and those that are not there. */
function resolved({ name, layers }: Lora, resolvers: ReadonlyMap<string, Resolver>) {
  const adapting = layers.filter(({ component }) => resolvers.has(component));
  const all = adapting.map((layer) => ({ layer, target: lookup(resolvers, layer.component)(layer) }));
  const missing = all.flatMap(({ layer, target }) => (target ? [] : [layer]));
  const [first] = missing;
  if (first !== undefined && missing.length * MOST_MISSING > all.length) {
    const message = `${name} adapts "${first.module.slice(0, 120)}" of the ${first.component}`;
    throw loraError("target", `${message}, a layer that this model does not have`, FAMILY_HINT);
  }
  const matches = all.flatMap(({ layer, target }) => (target ? [{ layer, ...target }] : []));
  const misfit = matches.find(({ layer, weight }) => !layer.method.fits(layer.locations, weight));
  if (misfit) {
    const { layer, path, weight } = misfit;
    const shapes = shapesOf(layer.locations);
    throw loraError("shape", `${name}: "${path}" has a weight of [${weight}], ${shapes} does not fit it`, FAMILY_HINT);
  }
  return { matches, missing };
}

type Shapes = AdaptedNetworks extends ReadonlyMap<string, infer S> ? S : never;

/** The linear layers and convolutions of a network. */
export const adaptableLayers = (shapes: Shapes): readonly Target[] =>
  [...shapes].flatMap(([path, { shape }]) => {
    const isAdaptable = path.endsWith(".weight") && !path.includes(".embeddings.") && [2, 4].includes(shape.length);
    return isAdaptable ? [{ path: path.slice(0, -".weight".length), weight: shape }] : [];
  });

/** The linear layer or convolution that a LoRA's layer means, among those of a network. */
function layerResolver(component: string, shapes: Shapes): Resolver {
  const targets = adaptableLayers(shapes);
  const underscored = new Map(targets.map((target) => [target.path.replaceAll(".", "_"), target]));
  const byPath = new Map(targets.map((target) => [target.path, target]));
  for (const [original, path] of originalNames(component, new Set(byPath.keys()))) {
    underscored.set(original.replaceAll(".", "_"), lookup(byPath, path));
  }
  return ({ module }) => underscored.get(module.replaceAll(".", "_"));
}

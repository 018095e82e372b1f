import { type AdaptedNetworks, adaptableLayers, type Lora } from "../../../checkpoints/lora/branches.ts";
import { readTensors } from "../../../checkpoints/read.ts";
import { AquatintError } from "../../../errors.ts";
import { fromFloat32 } from "../../../formats/safetensors/half.ts";
import { encodeSafetensors } from "../../../formats/safetensors/safetensors.ts";
import { float32Data } from "../../../graph/host-tensor.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { nearest } from "../../../math/nearest.ts";
import type { LowRank } from "../../../nn/lora.ts";
import { param, scalar } from "../../../ops/leaves.ts";
import type { NetworkAdapters } from "../../../pipelines/adapters/adapters.ts";
import { networkAdapters } from "../../../pipelines/adapters/network-adapters.ts";
import { lookup } from "../../../util/items.ts";
import { fits } from "../../loop/parameter-groups.ts";
import type { MotionConfig } from "./config.ts";

/** A LoRA of a model's layers in training. */
export interface TrainedLora {
  readonly adapters: NetworkAdapters;
  /** The layers that it stands beside: "unet.mid_block.….to_q". */
  readonly layers: readonly string[];
  /** Its matrices as the run's state names them: "lora.unet.mid_block.….to_q.down". */
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** The LoRA's file in an adapter's folder, as diffusers' `load_lora_weights` looks for it. */
export const LORA_FILE = "pytorch_lora_weights.safetensors";

type LoraConfig = NonNullable<MotionConfig["model"]["lora"]>;

/** The names of a pair's halves in diffusers' files. */
const fileNames = { down: "lora_A", up: "lora_B" } as const;
const halves = ["down", "up"] as const;
const stateName = (layer: string, half: string): string => `lora.${layer}.${half}`;

/**
 * A LoRA beside the linear layers that the configuration's patterns name, among those of a model's networks by their folders' names.
 * @throws AquatintError "config/value" where a pattern names none.
 */
export function trainedLora({ layers: patterns, rank }: LoraConfig, networks: AdaptedNetworks): TrainedLora {
  const linear = Array.from(networks, ([network, shapes]) => {
    const layers = adaptableLayers(shapes).filter(({ weight }) => weight.length === 2);
    return layers.map((target) => ({ ...target, network, name: `${network}.${target.path}` }));
  }).flat();
  const names = linear.map(({ name }) => name);
  for (const pattern of patterns) if (!names.some((name) => fits(pattern, name))) throw unmatched(pattern, names);
  const pairs = linear
    .filter(({ name }) => patterns.some((pattern) => fits(pattern, name)))
    .map(({ weight, ...target }) => ({ ...target, pair: newPair(weight, rank) }));
  const branchesIn = (folder: string) =>
    new Map(pairs.flatMap(({ network, path, pair }) => (network === folder ? [[path, [pair]]] : [])));
  return {
    adapters: networkAdapters(new Map(Array.from(networks.keys(), (network) => [network, branchesIn(network)]))),
    layers: pairs.map(({ name }) => name),
    parameters: new Map(
      pairs.flatMap(({ name, pair }) => halves.map((half) => [stateName(name, half), pair[half]] as const)),
    ),
  };
}

function unmatched(pattern: string, names: readonly string[]): AquatintError {
  const example = nearest(pattern, names) ?? names[0];
  return new AquatintError("config/value", `"model.lora.layers" has "${pattern}", which names no linear layer`, {
    hint: `the model has linear layers such as "${example}"; "*" stands for any characters`,
  });
}

/** A pair of matrices beside a weight [outputs, inputs]; its product is zero at first. */
const newPair = ([outputs = 1, inputs = 1]: readonly number[], rank: number): LowRank => ({
  down: param({ shape: [rank, inputs], init: { normal: 1 / Math.sqrt(inputs) } }),
  up: param({ shape: [outputs, rank], init: "zeros" }),
  scale: scalar(1),
});

/** The LoRA's file in diffusers' names, in float16, from the values of the run's state. */
export function encodeLora({ layers }: TrainedLora, values: ReadonlyMap<string, HostTensor>): Uint8Array {
  const tensors = layers.flatMap((layer) =>
    halves.map((half) => {
      const tensor = lookup(values, stateName(layer, half));
      return [`${layer}.${fileNames[half]}.weight`, fromFloat32(float32Data(tensor), tensor.shape, "F16")] as const;
    }),
  );
  return encodeSafetensors(new Map(tensors), { format: "pt" });
}

/**
 * The values of a LoRA that an earlier run wrote, by their names in the state; of layers that it lacks there are none.
 * @throws AquatintError "config/value" for a layer that the configuration does not name, or another rank.
 */
export async function loraValues({ parameters }: TrainedLora, { name, layers }: Lora) {
  const locations = layers.flatMap(({ component, module, locations }) =>
    Object.entries(locations).flatMap(([half, location]) =>
      location ? [[stateName(`${component}.${module}`, half), location] as const] : [],
    ),
  );
  for (const [key, { shape }] of locations) {
    const expected = parameters.get(key)?.shape;
    if (String(expected) === String(shape)) continue;
    const message = `${name} has "${key}" of [${shape}], "model.lora" makes ${expected ? `it [${expected}]` : "none"}`;
    throw new AquatintError("config/value", message, {
      hint: 'set "model.lora" to the values of the run that wrote it',
    });
  }
  return readTensors(new Map(locations));
}

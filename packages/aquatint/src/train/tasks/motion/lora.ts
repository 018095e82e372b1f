import type { Lora } from "../../../checkpoints/lora/branches.ts";
import { readTensors } from "../../../checkpoints/read.ts";
import { AquatintError } from "../../../errors.ts";
import { fromFloat32 } from "../../../formats/safetensors/half.ts";
import { encodeSafetensors } from "../../../formats/safetensors/safetensors.ts";
import { float32Data } from "../../../graph/host-tensor.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { type LowRank, withAdapters } from "../../../nn/lora.ts";
import { param, scalar } from "../../../ops/leaves.ts";
import type { AdaptedTrace, NetworkAdapters } from "../../../pipelines/adapters/adapters.ts";
import { itemAt, lookup } from "../../../util/items.ts";
import { fits } from "../../loop/parameter-groups.ts";
import type { MotionConfig } from "./config.ts";

/** A LoRA of a model's layers in training. */
export interface TrainedLora {
  readonly adapters: NetworkAdapters;
  /** Its matrices as the run's state names them: "lora.unet.mid_block.….down". */
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** The LoRA's file in an adapter's folder, as diffusers' `load_lora_weights` looks for it. */
export const LORA_FILE = "pytorch_lora_weights.safetensors";

type LoraConfig = NonNullable<MotionConfig["model"]["lora"]>;
type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

const STATE = "lora.";
/** The names of a pair's halves in diffusers' files. */
const fileNames = { down: "lora_A", up: "lora_B" } as const;
type Half = keyof typeof fileNames;

/**
 * A LoRA beside the linear layers that the configuration's patterns name, among those of a model's networks by their folders' names.
 * @throws AquatintError "config/value" where a pattern names none.
 */
export function trainedLora({ layers, rank }: LoraConfig, networks: ReadonlyMap<string, Shapes>): TrainedLora {
  const isNamed = (name: string) => layers.some((pattern) => fits(pattern, name));
  const linear = Array.from(networks, ([network, shapes]) => [network, linearLayers(shapes)] as const);
  const names = linear.flatMap(([network, paths]) => paths.map(([path]) => `${network}.${path}`));
  const idle = layers.find((pattern) => !names.some((name) => fits(pattern, name)));
  if (idle !== undefined) {
    throw new AquatintError("config/value", `"model.lora.layers" has "${idle}", which names no linear layer`, {
      hint: `name layers such as "unet.*.attn2.*"; the model has ${itemAt(names, 0)}`,
    });
  }
  const pairs = linear.map(([network, paths]) => {
    const mine = paths.filter(([path]) => isNamed(`${network}.${path}`));
    return [network, mine.map(([path, shape]) => [path, newPair(shape, rank)] as const)] as const;
  });
  return {
    adapters: new Map(pairs.map(([network, branches]) => [network, traceBeside(branches)])),
    parameters: new Map(
      pairs.flatMap(([network, branches]) =>
        branches.flatMap(([path, { down, up }]) => [
          [`${STATE}${network}.${path}.down`, down],
          [`${STATE}${network}.${path}.up`, up],
        ]),
      ),
    ),
  };
}

const linearLayers = (shapes: Shapes) =>
  [...shapes].flatMap(([name, { shape }]) =>
    name.endsWith(".weight") && shape.length === 2 && !name.includes(".embeddings.")
      ? [[name.slice(0, -".weight".length), shape] as const]
      : [],
  );

/** A pair that changes nothing at first. */
const newPair = ([outputs = 1, inputs = 1]: readonly number[], rank: number): LowRank => ({
  down: param({ shape: [rank, inputs], init: { normal: 1 / Math.sqrt(inputs) } }),
  up: param({ shape: [outputs, rank], init: "zeros" }),
  scale: scalar(1),
});

function traceBeside(pairs: readonly (readonly [path: string, pair: LowRank])[]): AdaptedTrace {
  const branches = new Map(pairs.map(([path, pair]) => [path, [pair]] as const));
  return (trace) => withAdapters(branches, trace);
}

/** The LoRA's file in diffusers' names, in float16. */
export function encodeLora({ parameters }: TrainedLora, values: ReadonlyMap<string, HostTensor>) {
  const raw = Array.from(parameters.keys(), (name) => {
    const tensor = lookup(values, name);
    const [, path = "", half = ""] = /^lora\.(.*)\.(down|up)$/.exec(name) ?? [];
    const key = `${path}.${fileNames[half as Half]}.weight`;
    return [key, fromFloat32(float32Data(tensor), tensor.shape, "F16")] as const;
  });
  return encodeSafetensors(new Map(raw), { format: "pt" });
}

/**
 * The values of a LoRA that an earlier run wrote; layers that it has not begin anew.
 * @throws AquatintError "config/value" for one of layers that the configuration has not, or of another rank.
 */
export async function loraValues({ parameters }: TrainedLora, { name, layers }: Lora) {
  const locations = layers.flatMap(({ component, module, locations }) =>
    Object.entries(locations).flatMap(([half, location]) =>
      location ? [[`${STATE}${component}.${module}.${half}`, location] as const] : [],
    ),
  );
  const values = await readTensors(new Map(locations));
  const fitting = [...values].every(([key, { shape }]) => String(parameters.get(key)?.shape) === String(shape));
  if (fitting) return values;
  throw new AquatintError("config/value", `${name} has other layers or another rank than "model.lora"`, {
    hint: 'set "model.lora" to the values of the run that wrote it',
  });
}

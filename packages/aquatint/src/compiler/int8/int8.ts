import { float32 } from "../../graph/host-tensor.ts";
import { rewriteNamed } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { constant } from "../../ops/leaves.ts";
import type { Binding } from "../onnx/emit.ts";
import { commonSubexpressions } from "../passes/cse.ts";
import { quantizeBeforeUpsampling } from "./affine.ts";
import { convInInt8 } from "./conv.ts";
import { biasOf, int8Linear, linearInInt8, splitOf } from "./linear.ts";
import { int8Weight, type QuantizedLayer, type QuantizedWeight } from "./weight.ts";

/** A graph that computes in 8 bits where its layers are quantized, and its weights. */
export interface Int8Graph<N extends string = string> {
  readonly outputs: Readonly<Record<N, Tensor>>;
  readonly bindings: ReadonlyMap<Tensor, Binding>;
}

/** Parameters of a graph by their names, and those of quantized layers. */
export interface QuantizedParameters {
  readonly names: ReadonlyMap<string, Tensor>;
  readonly int8?: ReadonlyMap<string, QuantizedLayer> | undefined;
}

/**
 * The layers whose weights are quantized, in integers: an activation is rounded once for all layers that read it in
 * the same range. A weight that something else reads, too, is widened there.
 */
export function int8Layers<N extends string>(
  outputs: Readonly<Record<N, Tensor>>,
  { names, int8: layers = new Map() }: Partial<QuantizedParameters> = {},
): Int8Graph<N> {
  if (!names || layers.size === 0) return { outputs, bindings: new Map() };
  const weights = new Map<Tensor, QuantizedWeight>();
  const bindings = new Map<Tensor, Binding>();
  for (const [name, layer] of layers) {
    const leaf = names.get(name);
    if (!leaf) continue;
    const values = int8Weight({ shape: leaf.shape });
    weights.set(leaf, { layer, values, scale: constant({ value: float32([layer.scale.length], layer.scale) }) });
    bindings.set(values, { name: `${name}:int8`, kind: "constant", value: layer.weight });
  }
  const rules = [
    convInInt8(weights),
    linearInInt8(weights),
    biasOf(int8Linear, 3),
    splitOf(int8Linear),
    quantizeBeforeUpsampling,
    commonSubexpressions(),
  ];
  return { outputs: rewriteNamed(outputs, rules), bindings };
}

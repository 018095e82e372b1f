import { float32 } from "../../graph/host-tensor.ts";
import { rewriteNamed } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { constant } from "../../ops/leaves.ts";
import type { Binding } from "../onnx/emit.ts";
import { commonSubexpressions } from "../passes/cse.ts";
import { quantizeBeforeUpsampling } from "./affine.ts";
import { convInInt8 } from "./conv.ts";
import { biasOf, int8Linear, linearInInt8, splitOf } from "./linear.ts";
import type { Int8Graph, Int8Pass } from "./pass.ts";
import { layerUses } from "./uses.ts";
import { int8Weight, type QuantizedLayer, type QuantizedWeight } from "./weight.ts";

/**
 * The layers whose weights are quantized, in integers: an activation is rounded once for all layers that read it in
 * the same range. A weight that something else reads, too, is widened there. A layer that is applied twice stays in floats.
 */
export const int8Pass = (layers: ReadonlyMap<string, QuantizedLayer>): Int8Pass => ({
  layers: [...layers.keys()],
  multipliesIntegers: true,
  apply<N extends string>(outputs: Readonly<Record<N, Tensor>>, names: ReadonlyMap<string, Tensor>): Int8Graph<N> {
    const weights = new Map<Tensor, QuantizedWeight>();
    const bindings = new Map<Tensor, Binding>();
    const uses = layerUses(outputs, names).map(({ name }) => name);
    // without VNNI, ONNX Runtime 1.30 replaces an int8 weight by a uint8 copy once a node that reads it: the second fails
    const repeated = new Set(uses.filter((name, i) => uses.indexOf(name) < i));
    for (const [name, layer] of layers) {
      const leaf = names.get(name);
      if (!leaf || repeated.has(name)) continue;
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
  },
});

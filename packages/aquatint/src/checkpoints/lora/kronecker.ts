import type { Tensor } from "../../graph/tensor.ts";
import { mul } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { reshape } from "../../ops/shape.ts";
import { required } from "../../util/items.ts";
import type { TensorLocation } from "../types.ts";
import { elements, type LoraFault, type LoraTensors, type Method, rolesBy, shapesOf } from "./method.ts";

const isMatrix = (location: TensorLocation): boolean => location.shape.length === 2;

/** Fault of a factor that is whole or the product of two matrices. */
function factorFault(locations: LoraTensors<TensorLocation>, name: string): LoraFault | undefined {
  const [full, a, b] = [locations[name], locations[`${name}_a`], locations[`${name}_b`]];
  if (full && (a || b)) return ["keys", "a factor that stands there twice"];
  if (!full && (!a || !b)) return ["keys", "only one half of a factor"];
  const fits = full ? full.shape.length >= 2 : a && b && isMatrix(a) && isMatrix(b) && a.shape[1] === b.shape[0];
  return fits ? undefined : ["shape", `factors that do not fit together: ${shapesOf(locations)}`];
}

const factorShape = (locations: LoraTensors<TensorLocation>, name: string): readonly number[] =>
  locations[name]?.shape ?? [locations[`${name}_a`]?.shape[0] ?? 0, locations[`${name}_b`]?.shape[1] ?? 0];

/** The Kronecker product of [a, c] and [b, d, ...]: [a b, c d, ...]. */
function kronecker(u: Tensor, v: Tensor): Tensor {
  const [a = 1, c = 1] = u.shape;
  const [b = 1, d = 1, ...kernel] = v.shape;
  const size = kernel.reduce((n, k) => n * k, 1);
  const blocks = mul(reshape(u, { shape: [a, 1, c, 1, 1] }), reshape(v, { shape: [1, b, 1, d, size] }));
  return reshape(blocks, { shape: [a * b, c * d * size] });
}

const factor = (tensors: LoraTensors<Tensor>, name: string): Tensor =>
  tensors[name] ?? matmul(required(tensors[`${name}_a`], `${name}_a`), required(tensors[`${name}_b`], `${name}_b`));

/** LoKr (Yeh et al. 2024): dW is the Kronecker product of w1 and w2, either of which may be a product of two matrices. */
export const kroneckerProduct: Method = {
  name: "LoKr",
  role: rolesBy([
    [/^lokr_w1$/, "w1"],
    [/^lokr_w1_a$/, "w1_a"],
    [/^lokr_w1_b$/, "w1_b"],
    [/^lokr_w2$/, "w2"],
    [/^lokr_w2_a$/, "w2_a"],
    [/^lokr_w2_b$/, "w2_b"],
  ]),
  fault(locations) {
    const fault = factorFault(locations, "w1") ?? factorFault(locations, "w2");
    if (fault) return fault;
    const { w1 } = locations;
    return w1 && !isMatrix(w1) ? ["shape", `a first factor of the shape [${w1.shape}]`] : undefined;
  },
  fits(locations, [outputs, ...inputs]) {
    const [[a = 0, ...c], [b = 0, ...d]] = [factorShape(locations, "w1"), factorShape(locations, "w2")];
    return a * b === outputs && elements(c) * elements(d) === elements(inputs);
  },
  // LyCORIS leaves alpha out where both factors are whole
  rank: ({ w1_b, w2_b }) => (w2_b ?? w1_b)?.shape[0],
  branch: (tensors, scale) => ({ weight: kronecker(factor(tensors, "w1"), factor(tensors, "w2")), scale }),
};

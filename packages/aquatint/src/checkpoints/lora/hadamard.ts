import type { Tensor } from "../../graph/tensor.ts";
import { mul } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import type { TensorLocation } from "../types.ts";
import { elements, type Method, rolesBy, shapesOf } from "./method.ts";

const product = (a: Tensor, b: Tensor): Tensor => matmul(a, b);
const fits = (a: TensorLocation, b: TensorLocation) =>
  a.shape.length === 2 && b.shape.length === 2 && a.shape[1] === b.shape[0] && (a.shape[1] ?? 0) > 0;

/** LoHa (Hyeon-Woo et al. 2022): dW = (w1_a w1_b) ∘ (w2_a w2_b), each [out, rank] times [rank, in k k]. */
export const hadamard: Method = {
  name: "LoHa",
  role: rolesBy([
    [/^hada_w1_a$/, "w1_a"],
    [/^hada_w1_b$/, "w1_b"],
    [/^hada_w2_a$/, "w2_a"],
    [/^hada_w2_b$/, "w2_b"],
  ]),
  fault({ w1_a, w1_b, w2_a, w2_b }) {
    if (!w1_a || !w1_b || !w2_a || !w2_b) return ["keys", "fewer than the four matrices of a LoHa"];
    const equal = w1_a.shape[0] === w2_a.shape[0] && w1_b.shape[1] === w2_b.shape[1];
    if (fits(w1_a, w1_b) && fits(w2_a, w2_b) && equal) return undefined;
    return ["shape", `the shapes ${shapesOf({ w1_a, w1_b, w2_a, w2_b })}, which do not fit together`];
  },
  fits: ({ w1_a, w1_b }, [outputs, ...inputs]) => w1_a?.shape[0] === outputs && w1_b?.shape[1] === elements(inputs),
  rank: ({ w1_b }) => w1_b?.shape[0],
  branch: ({ w1_a, w1_b, w2_a, w2_b }, scale) => ({
    weight: mul(product(w1_a!, w1_b!), product(w2_a!, w2_b!)),
    scale,
  }),
};

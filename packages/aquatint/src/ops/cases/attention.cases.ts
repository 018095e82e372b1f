import { scaledDotProductAttention } from "../attention.ts";
import { causalMask } from "../comparison.ts";
import { float, int, type OpCase, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { along, array, type Float64, zip } from "./float64.cases.ts";
import { product } from "./matmul.cases.ts";
import { softmax64 } from "./norm.cases.ts";

function attention(q: Float64, k: Float64, v: Float64, hide: (scores: Float64) => Float64, alpha?: number): Float64 {
  const scores = product(q, k, { transB: true, alpha: alpha ?? 1 / Math.sqrt(q.shape.at(-1)!) });
  return product(along(hide(scores), -1, softmax64), v, {});
}

const qkv = (batch: readonly number[], n: number, m: number) => [
  spread([...batch, n, 3], { seed: 1 }),
  spread([...batch, m, 3], { seed: 2 }),
  spread([...batch, m, 2], { seed: 3 }),
];
const mask = sampleOf("bool", [2, 3], [1, 0, 1, 0, 0, 1]);

export const attentionRows = {
  scaledDotProductAttention: {
    cases: [
      {
        about: "of two heads",
        inputs: qkv([1, 2], 2, 3),
        op: (q, k, v) => scaledDotProductAttention(q, k, v),
        reference: (q, k, v) => attention(q, k, v, (scores) => scores),
      },
      {
        about: "with a scale of its own",
        inputs: qkv([], 1, 3),
        op: (q, k, v) => scaledDotProductAttention(q, k, v, { scale: 2 }),
        reference: (q, k, v) => attention(q, k, v, (scores) => scores, 2),
      },
      {
        about: "with an added mask",
        inputs: [...qkv([2], 2, 3), spread([2, 3], { seed: 4 })],
        op: (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }),
        reference: (q, k, v, mask) => attention(q, k, v, (scores) => zip(scores, mask, (s, m) => s + m)),
      },
      {
        about: "with a mask of truth values",
        inputs: [...qkv([2], 2, 3), mask],
        op: (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }),
        reference: (q, k, v, mask) => attention(q, k, v, (s) => zip(s, mask, (score, on) => (on ? score : -1e30))),
      },
      {
        about: "that may see nothing: all alike",
        inputs: [...qkv([], 1, 2), sampleOf("bool", [1], [0])],
        op: (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }),
        reference: (q, k, v) => attention(q, k, v, (s) => array(s.shape, () => 0)),
      },
      {
        about: "from left to right",
        inputs: qkv([1], 3, 3),
        op: (q, k, v) => scaledDotProductAttention(q, k, v, { mask: causalMask({ queries: 3 }) }),
        reference: (q, k, v) =>
          attention(q, k, v, (s) => array(s.shape, (i) => (i.at(-1)! <= i.at(-2)! ? s.at(...i) : -1e30))),
      },
      {
        about: "of no queries",
        inputs: qkv([1], 0, 2),
        op: (q, k, v) => scaledDotProductAttention(q, k, v),
        reference: () => array([1, 0, 2], () => 0),
      },
    ] satisfies OpCase[],
    refuses: [
      {
        about: "a mask of integers",
        inputs: [float(2, 3), float(2, 3), float(2, 3), int(2, 2)],
        op: (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }),
        message: "the mask must be bool or float32",
      },
      {
        about: "keys of another width",
        inputs: [float(2, 3), float(2, 4), float(2, 3)],
        op: (q, k, v) => scaledDotProductAttention(q, k, v),
        message: "inner sizes 3 and 4 differ",
      },
    ],
  },
} satisfies OpRows;

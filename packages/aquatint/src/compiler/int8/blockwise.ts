import { defineOp, type OpFn, shapeError } from "../../graph/op.ts";
import { type Rule, rewriteNamed, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, Shape } from "../../graph/types.ts";
import { constant } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { expectDtype, sizeAt } from "../../ops/shape-rules.ts";
import type { Binding } from "../onnx/emit.ts";
import type { Int8Graph, Int8Pass } from "./pass.ts";

/** Bits of a weight in blocks. */
export type BlockBits = 4 | 8;
/** Numbers of a row that share a scale. */
export const BLOCK_SIZE = 32;

/** A matrix [o, k] in blocks of its rows: scale · (q - 2^(bits - 1)), the last block filled up with zeros. */
export interface BlockwiseWeight {
  /** uint8 [o, blocks, BLOCK_SIZE · bits / 8]; of two numbers in a byte the first is in the lower half. */
  readonly values: HostTensor<"uint8">;
  /** float32 [o, blocks] */
  readonly scales: HostTensor<"float32">;
}

/** Rounds a matrix to 4 or 8 bits, each block by its largest number. */
export function blockwiseWeight({ shape, data }: HostTensor<"float32">, bits: BlockBits): BlockwiseWeight {
  const [rows, columns] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const blocks = Math.ceil(columns / BLOCK_SIZE);
  const perByte = 8 / bits;
  const values = new Uint8Array((rows * blocks * BLOCK_SIZE) / perByte);
  const scales = new Float32Array(rows * blocks);
  const zero = 2 ** (bits - 1);
  for (let block = 0; block < scales.length; block++) {
    const start = Math.floor(block / blocks) * columns + (block % blocks) * BLOCK_SIZE;
    const count = Math.min(BLOCK_SIZE, columns - (block % blocks) * BLOCK_SIZE);
    const numbers = data.subarray(start, start + count);
    const scale = Math.fround(numbers.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) / (zero - 1)) || 1;
    scales[block] = scale;
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const index = block * BLOCK_SIZE + i;
      const q = zero + Math.round((numbers[i] ?? 0) / scale);
      const at = Math.floor(index / perByte);
      values[at] = (values[at] ?? 0) | (q << (bits * (index % perByte)));
    }
  }
  return {
    values: { dtype: "uint8", shape: [rows, blocks, BLOCK_SIZE / perByte], data: values },
    scales: { dtype: "float32", shape: [rows, blocks], data: scales },
  };
}

/** A weight in blocks, bound to its values when the graph is written. */
const blockLeaf: OpFn<[], { shape: Shape }> = defineOp({
  name: "blockLeaf",
  infer: (_, { shape }) => ({ dtype: "uint8", shape }),
  emit: () => shapeError("a weight must be bound before its graph is written"),
  grad: "leaf",
  traits: { unique: true },
});

/** x·Wᵀ for x [m, k] and W [o, k] in blocks; activations and sums are not rounded. */
const blockwiseLinear: OpFn<readonly [x: Tensor, values: Tensor, scales: Tensor], { bits: BlockBits }> = defineOp({
  name: "blockwiseLinear",
  infer: ([x, values]) => {
    expectDtype(x, "float32");
    expectDtype(values, "uint8");
    return { dtype: "float32", shape: [sizeAt(x.shape, 0), sizeAt(values.shape, 0)] };
  },
  emit: (e, operands, { bits }, { inputs: [x, values] }) => {
    const sizes = { K: sizeAt(x.shape, 1), N: sizeAt(values.shape, 0) };
    return e.node("MatMulNBits", operands, { ...sizes, bits, block_size: BLOCK_SIZE }, { domain: "com.microsoft" });
  },
  grad: "unsupported",
});

interface BlockLeaves {
  readonly values: Tensor;
  readonly scales: Tensor;
}

const linearInBlocks = (weights: ReadonlyMap<Tensor, BlockLeaves>, bits: BlockBits): Rule =>
  ruleFor(matmul, ({ inputs: [x, weight], attrs: { transA, transB, alpha } }) => {
    const blocks = weights.get(weight);
    if (!blocks || transA || !transB || alpha !== 1 || x.shape.length !== 2) return undefined;
    return [blockwiseLinear(x, blocks.values, blocks.scales, { bits })];
  });

/** The linear layers of these weights, by name, with the weights in blocks of 4 or 8 bits. */
export const blockwisePass = (layers: ReadonlyMap<string, BlockwiseWeight>, bits: BlockBits): Int8Pass => ({
  layers: [...layers.keys()],
  multipliesIntegers: false,
  apply<N extends string>(outputs: Readonly<Record<N, Tensor>>, names: ReadonlyMap<string, Tensor>): Int8Graph<N> {
    const weights = new Map<Tensor, BlockLeaves>();
    const bindings = new Map<Tensor, Binding>();
    for (const [name, { values, scales }] of layers) {
      const leaf = names.get(name);
      if (!leaf) continue;
      const blocks = blockLeaf({ shape: values.shape });
      weights.set(leaf, { values: blocks, scales: constant({ value: scales }) });
      bindings.set(blocks, { name: `${name}:blocks`, kind: "constant", value: values });
    }
    return { outputs: rewriteNamed(outputs, [linearInBlocks(weights, bits)]), bindings };
  },
});

import { type Emitter, float } from "../graph/emitter.ts";
import { defineOp, type OpFn, opFunction, shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Defaulted } from "../graph/types.ts";
import { reshape } from "./shape.ts";
import { broadcastShapes, expectDtype, sizeAt } from "./shape-rules.ts";

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Swap the last two axes of a, or of b, first. */
  readonly transA?: boolean | undefined;
  readonly transB?: boolean | undefined;
  /** The product is multiplied by this. */
  readonly alpha?: number | undefined;
}

/** The op of `matmul`, all of its options given. */
export type MatmulOp = OpFn<[a: Tensor, b: Tensor], Defaulted<MatmulOptions>>;
const matmulOp: MatmulOp = defineOp({
  name: "matmul",
  infer: ([a, b], { transA, transB }) => {
    expectDtype(a, "float32");
    expectDtype(b, "float32");
    if (a.shape.length < 2 || b.shape.length < 2) shapeError("both need two axes at least");
    const [m, k] = transA ? [sizeAt(a.shape, -1), sizeAt(a.shape, -2)] : [sizeAt(a.shape, -2), sizeAt(a.shape, -1)];
    const [k2, n] = transB ? [sizeAt(b.shape, -1), sizeAt(b.shape, -2)] : [sizeAt(b.shape, -2), sizeAt(b.shape, -1)];
    if (k !== k2) shapeError(`inner sizes ${k} and ${k2} differ`);
    return { dtype: "float32", shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n] };
  },
  emit: (e, [a, b], options, { inputs: [aType, bType] }) => {
    const { transA, transB, alpha } = options;
    const matrices = aType.shape.length === 2 && bType.shape.length === 2;
    // Gemm takes a weight as it lies in its file; it has no rows or columns of nothing to add up
    const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: float(alpha) };
    if (matrices && (transA || transB || alpha !== 1) && !bType.shape.includes(0)) {
      return e.node("Gemm", [a, b], attributes);
    }
    // ONNX Runtime makes these one node where it has a kernel for that, which is on the CPU only
    const product = e.node("MatMul", [
      transA ? swapped(e, a, aType.shape.length) : a,
      transB ? swapped(e, b, bType.shape.length) : b,
    ]);
    return alpha === 1 ? product : e.node("Mul", [product, e.constant("float32", [alpha], [])]);
  },
  grad: ([dy], { inputs: [a, b], attrs: { transA, transB, alpha } }) => {
    const da = transA
      ? matmul(b, dy, { transA: transB, transB: true, alpha })
      : matmul(dy, b, { transB: !transB, alpha });
    // a matrix shared by a batch: fold the batch into the rows, so that its gradient is one product
    if (b.shape.length === 2 && a.shape.length > 2 && !transA) {
      const [a2, dy2] = [rows(a), rows(dy)];
      return [da, transB ? matmul(dy2, a2, { transA: true, alpha }) : matmul(a2, dy2, { transA: true, alpha })];
    }
    const db = transB
      ? matmul(dy, a, { transA: true, transB: transA, alpha })
      : matmul(a, dy, { transA: !transA, alpha });
    return [da, db];
  },
});

function swapped(e: Emitter, x: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return e.node("Transpose", [x], { perm });
}

/** alpha · a·b over the last two axes; the axes before them broadcast. */
export const matmul: ((a: Tensor, b: Tensor, options?: MatmulOptions) => Tensor) & Pick<MatmulOp, "op"> = opFunction(
  matmulOp,
  (a: Tensor, b: Tensor, { transA = false, transB = false, alpha = 1 }: MatmulOptions = {}) =>
    matmulOp(a, b, { transA, transB, alpha }),
);

const rows = (x: Tensor): Tensor => reshape(x, { shape: [-1, sizeAt(x.shape, -1)] });

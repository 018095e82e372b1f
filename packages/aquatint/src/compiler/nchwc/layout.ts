import { rewriteNamed } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { commonSubexpressions } from "../passes/cse.ts";
import { convInBlocks, transposedConvInBlocks, weightGradientOfBlocks } from "./conv.ts";
import { elementwiseInBlocks } from "./elementwise.ts";
import { fuseMatmul } from "./matmul.ts";

/** The memory layout of images in a runtime. */
export interface Layout {
  /** Channels that lie together: ONNX Runtime's NCHWc on a CPU. Absent: row-major throughout. */
  readonly channelBlock?: number | undefined;
}

/** The same results with convolutions, and what stands between them, in the layout of a runtime. */
export const applyLayout = <N extends string>(
  outputs: Readonly<Record<N, Tensor>>,
  { channelBlock: block }: Layout = {},
): Readonly<Record<N, Tensor>> =>
  block === undefined
    ? outputs
    : rewriteNamed(outputs, [
        ...convInBlocks(block),
        transposedConvInBlocks(block),
        weightGradientOfBlocks,
        fuseMatmul,
        elementwiseInBlocks,
        commonSubexpressions(),
      ]);

import { rewriteNamed } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { commonSubexpressions } from "../passes/cse.ts";
import { convInBlocks, transposedConvInBlocks, weightGradientOfBlocks } from "./conv.ts";
import { elementwiseInBlocks } from "./elementwise.ts";
import { fuseMatmul, narrowProduct } from "./matmul.ts";

/** The memory layout of images in a runtime. */
export interface Layout {
  /** Channels that lie together: ONNX Runtime's NCHWc on a CPU. Absent: row-major throughout. */
  readonly channelBlock?: number | undefined;
}

/** Brings a graph to a layout: a pass that `compile` runs where it is given one. */
export interface LayoutPass {
  /** The same results with convolutions, and what stands between them, in that layout. */
  apply<N extends string>(outputs: Readonly<Record<N, Tensor>>): Readonly<Record<N, Tensor>>;
}

/** The pass to the layout of a runtime; undefined where that is row-major. */
export const layoutPass = ({ channelBlock: block }: Layout): LayoutPass | undefined =>
  block === undefined
    ? undefined
    : {
        apply: (outputs) =>
          rewriteNamed(outputs, [
            ...convInBlocks(block),
            transposedConvInBlocks(block),
            weightGradientOfBlocks,
            narrowProduct,
            fuseMatmul,
            elementwiseInBlocks,
            commonSubexpressions(),
          ]),
      };

import { blockedForm, elementwiseInBlocks } from "../graph/passes/blocked.ts";
import { commonSubexpressions } from "../graph/passes/common.ts";
import { rewrite } from "../graph/passes/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import { operandInBlocks, outOfBlocks } from "./blocks.ts";

/** How a runtime wants pictures to lie in memory. */
export interface Layout {
  /** Channels that lie together: ONNX Runtime's NCHWc on a CPU. Absent: row-major throughout. */
  readonly channelBlock?: number | undefined;
}

/** The same results with convolutions, and what stands between them, in the layout that a runtime asks for. */
export function arrange(
  outputs: Readonly<Record<string, Tensor>>,
  { channelBlock: block }: Layout = {},
): Readonly<Record<string, Tensor>> {
  if (block === undefined) return outputs;
  const blocks = { operand: operandInBlocks, outOf: outOfBlocks };
  const rules = [blockedForm(block), elementwiseInBlocks(blocks), commonSubexpressions()];
  const arranged = rewrite(Object.values(outputs), { rules });
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, arranged[i]!]));
}

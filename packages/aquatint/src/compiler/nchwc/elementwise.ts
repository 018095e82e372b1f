import { apply } from "../../graph/op.ts";
import type { Rule } from "../../graph/rewrite.ts";
import { blocksOf, outOfBlocks } from "./blocks.ts";

/** Elementwise ops go on in the blocks that all of their images were computed in. */
export const elementwiseInBlocks: Rule = ({ op, inputs, attrs, outputs: [y] }) => {
  if (!op.traits?.scalar || y.shape.length !== 4) return undefined;
  const operands = inputs.flatMap((x) => (x.shape.length === 0 ? x : (blocksOf(x) ?? [])));
  return operands.length < inputs.length ? undefined : apply(op, operands, attrs).map((result) => outOfBlocks(result));
};

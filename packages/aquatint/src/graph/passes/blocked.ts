import { apply } from "../op.ts";
import type { Node, Tensor } from "../tensor.ts";
import type { Rule } from "./rewrite.ts";

/** How elementwise ops find blocks of channels, and their results come out of them. */
export interface Blocks {
  /** What an operand is over blocks: a number itself, a picture the blocks that it was computed in; else undefined. */
  operand(x: Tensor): Tensor | undefined;
  outOf(x: Tensor): Tensor;
}

/** Ops that declare a blocked form take it. */
export const blockedForm =
  (block: number): Rule =>
  ({ op, inputs, outputs, attrs }) =>
    op.blocked?.({ inputs, outputs, attrs, block });

/** Elementwise ops go on in the blocks that all of their pictures were computed in. */
export const elementwiseInBlocks =
  ({ operand, outOf }: Blocks): Rule =>
  ({ op, inputs, attrs, outputs: [y] }: Node) => {
    if (!op.laws?.element || y!.shape.length !== 4) return undefined;
    const operands = inputs.flatMap((x) => operand(x) ?? []);
    return operands.length < inputs.length ? undefined : apply(op, operands, attrs).map((result) => outOf(result));
  };

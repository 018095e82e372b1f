import type { Op } from "./op.ts";
import type { Scope } from "./scope.ts";
import { type DType, type Shape, type Type, typeName } from "./types.ts";

/** One application of an op. Immutable: the graph is only ever extended. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attrs: unknown;
  readonly outputs: Outputs;
  /** The module that applied it. */
  readonly scope: Scope | undefined;
}

/** The outputs of a node: one at least. */
export type Outputs = readonly [Tensor, ...Tensor[]];

/** A value in the graph: output `index` of `node`. */
export class Tensor implements Type {
  readonly node: Node;
  readonly index: number;
  readonly dtype: DType;
  readonly shape: Shape;
  constructor(node: Node, index: number, { dtype, shape }: Type) {
    this.node = node;
    this.index = index;
    this.dtype = dtype;
    this.shape = shape;
  }
  /** "float32[2,3]" */
  toString(): string {
    return typeName(this);
  }
}

/** A node with outputs of these types. */
export function newNode(node: Omit<Node, "outputs">, [first, ...rest]: readonly [Type, ...Type[]]): Node {
  const outputs: [Tensor, ...Tensor[]] = [] as never; // filled at once: a node and its outputs name each other
  const complete: Node = { ...node, outputs };
  for (const type of [first, ...rest]) outputs.push(new Tensor(complete, outputs.length, type));
  return complete;
}

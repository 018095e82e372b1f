import { AquatintError } from "../errors.ts";
import { currentScope } from "./scope.ts";
import {
  type Args,
  type Node,
  newNode,
  type Op,
  type OpSpec,
  type Outputs,
  type OutputsOf,
  Tensor,
  type Tensors,
} from "./tensor.ts";
import { type Type, typeName } from "./types.ts";

/** Result of an op: one tensor, or one for each of its outputs. */
export type Result<T> = T extends Type ? Tensor : OutputsOf<T>;
/** An op as a function: tensors by position, attributes last, by name. */
export type OpFn<I extends Tensors, A = undefined, T extends Type | readonly Type[] = Type> = ((
  ...args: Args<I, A>
) => Result<T>) & { readonly op: OpSpec<I, A, T> };

/** An op of one tensor. */
export type UnaryOp = OpFn<[x: Tensor]>;
/** An op of two tensors. */
export type BinaryOp = OpFn<[a: Tensor, b: Tensor]>;

/** A node of a known op, with the types of its declaration. */
export interface NodeOf<I extends Tensors, A, T> extends Node {
  readonly inputs: I;
  readonly attrs: A;
  readonly outputs: OutputsOf<T> & Outputs;
}

/** True if `node` is an application of `op`. */
export const isNodeOf = <I extends Tensors, A, T extends Type | readonly Type[]>(
  node: Node,
  { op }: { readonly op: OpSpec<I, A, T> },
): node is NodeOf<I, A, T> => node.op === op;

/** A function that calls `op` with its defaults filled in. Rules of the compiler know it by the op, as they know any other. */
export const opFunction = <F extends (...args: never[]) => unknown, O>(
  { op }: { readonly op: O },
  call: F,
): F & { readonly op: O } => Object.assign(call, { op });

/** Shapes or element types that an op cannot take; `defineOp` adds the op, its inputs and the module path. */
export class ShapeError extends AquatintError {
  override readonly name = "ShapeError";
}

/** Ends an op's shape rule: `message` says what was found and what was expected. */
export function shapeError(message: string, hint?: string): never {
  throw new ShapeError("shape/mismatch", message, { hint });
}

/** Extends the graph by one application of `op`, whose outputs have these types. */
function extend(op: Op, inputs: Tensors, attrs: unknown, [first, ...rest]: readonly Type[]): Outputs {
  if (!first) shapeError("there is nothing to give");
  const scope = currentScope();
  const node: Node = newNode({ op, inputs, attrs, scope }, [first, ...rest]);
  recordedNodes?.add(node);
  return node.outputs;
}

let recordedNodes: Set<Node> | undefined;

/** The result of `trace`, and the nodes that it adds to the graph. */
export function recordNodes<R>(trace: () => R): { readonly result: R; readonly nodes: ReadonlySet<Node> } {
  const outer = recordedNodes;
  const nodes = new Set<Node>();
  recordedNodes = nodes;
  try {
    return { result: trace(), nodes };
  } finally {
    recordedNodes = outer;
    for (const node of nodes) outer?.add(node);
  }
}

/** One more application of any op, for passes: all its outputs. @throws ShapeError */
export const apply = (op: Op, inputs: Tensors, attrs: unknown): Outputs =>
  extend(op, inputs, attrs, [inferAt(op, inputs, attrs)].flat());

const inferAt = (op: Op, inputs: Tensors, attrs: unknown): Type | readonly Type[] =>
  withOpContext(op.name, inputs, () => op.infer(inputs, attrs));

/**
 * The result of `check`. A shape error inside it names `name`, its inputs and the module being traced, as an op's does:
 * for functions made of several ops. An error that an op inside has named keeps that name.
 */
export function withOpContext<R>(name: string, inputs: Tensors, check: () => R): R {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ShapeError) || error.cause instanceof ShapeError) throw error;
    const path = currentScope()?.path();
    const where = `${name}(${inputs.map(typeName).join(", ")})${path ? ` in ${path}` : ""}`;
    throw new ShapeError(error.code, `${where}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

/** Declares an op once: its shape rule, its ONNX form and its gradient. Calling the result extends the graph. */
/* @__NO_SIDE_EFFECTS__ */
export function defineOp<I extends Tensors, A, T extends Type | readonly Type[]>(op: OpSpec<I, A, T>): OpFn<I, A, T> {
  const call = (...args: readonly unknown[]): unknown => {
    const last = args.at(-1);
    const inputs = args.filter((arg) => arg instanceof Tensor);
    const attrs = last instanceof Tensor ? undefined : (last as A);
    const types = inferAt(op, inputs, attrs);
    const outputs = extend(op, inputs, attrs, [types].flat());
    return Array.isArray(types) ? outputs : outputs[0];
  };
  return Object.assign(call, { op }) as OpFn<I, A, T>;
}

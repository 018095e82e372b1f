import { AquatintError } from "../errors.ts";
import { currentScope } from "./scope.ts";
import { type Node, Tensor } from "./tensor.ts";
import { type DType, type Type, typeName } from "./types.ts";

type Tensors = readonly Tensor[];
/** An ONNX attribute: whole numbers are INT, `float(x)` is FLOAT, lists are INTS. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
/** Marks a number as a FLOAT attribute, also when it happens to be whole. */
export const float = (value: number): Attribute => ({ float: value });

/** Which ONNX domain an operator belongs to, and how many outputs it has. */
export interface EmitOptions {
  readonly domain?: "com.microsoft" | "com.microsoft.nchwc";
  readonly outputs?: number;
}

/** Writes ONNX nodes. Values are known by their ONNX names. */
export interface Emitter {
  /** Adds a node and returns the name of its first output. */
  node(opType: string, inputs: readonly string[], attrs?: Record<string, Attribute>, options?: EmitOptions): string;
  /** Adds a node and returns the names of all its outputs. */
  nodes(opType: string, inputs: readonly string[], attrs?: Record<string, Attribute>, options?: EmitOptions): string[];
  /** A constant; equal small ones are shared. A vector unless `shape` says otherwise. */
  constant(dtype: DType | "int64", values: ArrayLike<number>, shape?: readonly number[]): string;
}

/** The cotangents of an op's outputs; undefined where the loss does not depend on that output. */
type Cotangents<T> = T extends Type ? readonly [Tensor] : readonly (Tensor | undefined)[];
type Gradients<I extends Tensors> = { readonly [K in keyof I]: Tensor | undefined };
type OutputsOf<T> = T extends Type ? readonly [Tensor] : Tensors;

/**
 * An op's derivative: a rule; "zero" where it is zero almost everywhere; "leaf" for a graph's inputs;
 * "refused" where there is one that nobody has written, so that asking for it throws.
 */
export type GradRule<I extends Tensors, A, T> =
  | ((dy: Cotangents<T>, site: { inputs: I; outputs: OutputsOf<T>; attrs: A }) => Gradients<I>)
  | "zero"
  | "leaf"
  | "refused";

/** The declaration of an op. */
export interface OpSpec<I extends Tensors, A, T extends Type | readonly Type[]> {
  readonly name: string;
  /** The type of the result. Throws through `refuse` when the inputs do not fit. */
  infer(inputs: I, attrs: A): T;
  /** The ONNX nodes that compute it; returns a name for each output. */
  emit(
    e: Emitter,
    inputs: readonly string[],
    attrs: A,
    site: { inputs: I; outputs: Tensors },
  ): string | readonly string[];
  /** One gradient per input, in order. Gradients are un-broadcast by `grad`, never here. */
  readonly grad: GradRule<I, A, T>;
}
/** Any op; its rules are only called with nodes of its own. */
// biome-ignore lint/suspicious/noExplicitAny: the erased form of every op
export type Op = OpSpec<any, any, any>;

type Args<I extends Tensors, A> = A extends undefined ? I : [...I, A];
type Result<T> = T extends Type ? Tensor : Tensors;
/** An op as a function: tensors by position, attributes last, by name. */
export type OpFn<I extends Tensors, A = undefined, T extends Type | readonly Type[] = Type> = ((
  ...args: Args<I, A>
) => Result<T>) & { readonly op: OpSpec<I, A, T> };

/** Shapes or element types that an op cannot take; `defineOp` adds the op, its inputs and the module path. */
export class ShapeError extends AquatintError {
  override readonly name = "ShapeError";
}

/** Ends an op's shape rule: `message` says what was found and what was expected. */
export function refuse(message: string, hint?: string): never {
  throw new ShapeError("shape/mismatch", message, { hint });
}

/** Applies `op`: infers the result's type and extends the graph by one node. */
function apply(op: Op, inputs: Tensors, attrs: unknown): Tensor | Tensors {
  const types = inferAt(op, inputs, attrs);
  const outputs: Tensor[] = [];
  const node: Node = { op, inputs, attrs, outputs, scope: currentScope() };
  for (const type of [types].flat() as Type[]) outputs.push(new Tensor(node, outputs.length, type));
  return Array.isArray(types) ? outputs : outputs[0]!;
}

const inferAt = (op: Op, inputs: Tensors, attrs: unknown): Type | readonly Type[] =>
  checking(op.name, inputs, () => op.infer(inputs, attrs));

/**
 * What `check` gives. A refusal inside it names `name`, its inputs and the module being traced, as that of an op does:
 * for functions made of several ops. One that an op inside has named keeps that name.
 */
export function checking<R>(name: string, inputs: Tensors, check: () => R): R {
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
export function defineOp<I extends Tensors, A, T extends Type | readonly Type[]>(op: OpSpec<I, A, T>): OpFn<I, A, T> {
  const call = (...args: readonly unknown[]) => {
    const last = args.at(-1);
    const inputs = args.filter((arg) => arg instanceof Tensor);
    return apply(op, inputs, last instanceof Tensor ? undefined : last);
  };
  return Object.assign(call, { op }) as unknown as OpFn<I, A, T>;
}

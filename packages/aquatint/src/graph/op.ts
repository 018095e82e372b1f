import { AquatintError } from "../errors.ts";
import { currentScope } from "./scope.ts";
import { type Node, newNode, type Outputs, Tensor } from "./tensor.ts";
import { type DType, type HostTensor, type Type, typeName } from "./types.ts";

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
type Cotangents<T> = T extends Type ? readonly [Tensor] : { readonly [K in keyof T]: Tensor | undefined };
type Gradients<I extends Tensors> = { readonly [K in keyof I]: Tensor | undefined };
type OutputsOf<T> = T extends Type
  ? readonly [Tensor]
  : T extends readonly [Type, ...Type[]]
    ? { readonly [K in keyof T]: Tensor }
    : Outputs;

/** Where a derivative is taken. */
export interface GradSite<I extends Tensors, A, T> {
  readonly inputs: I;
  readonly outputs: OutputsOf<T>;
  readonly attrs: A;
  /** Of each input, whether its gradient is used at all. */
  readonly needsGradient: readonly boolean[];
}

/**
 * An op's derivative: a rule; "zero" where it is zero almost everywhere; "leaf" for a graph's inputs;
 * "unsupported" where there is one that nobody has written, so that asking for it throws.
 */
export type GradRule<I extends Tensors, A, T> =
  | ((dy: Cotangents<T>, site: GradSite<I, A, T>) => Gradients<I>)
  | "zero"
  | "leaf"
  | "unsupported";

/** The ONNX names of an op's inputs. */
type NamesOf<I extends Tensors> = { readonly [K in keyof I]: string };
type Args<I extends readonly unknown[], A> = A extends undefined ? I : [...I, A];
type OnNumbers<I extends Tensors, A> = (...args: Args<{ [K in keyof I]: number }, A>) => number;

/** What the passes may rely on in an op. An op that says nothing is left as it is. */
export interface Traits<I extends Tensors, A> {
  /** The operands may change places. */
  readonly commutative?: true;
  /** For each operand the number that, in every place of it, makes the result the other operand: x - 0 is [undefined, 0]. */
  readonly identityElement?: readonly (number | undefined)[];
  /** Applied twice it gives back its input. */
  readonly involution?: true;
  /** Applied twice it gives what it gives applied once. */
  readonly idempotent?: true;
  /** Two applications, `first` to `inputs` and then `second`, as one; undefined where that would be another value. */
  readonly merge?: (first: A, second: A, inputs: I) => A | undefined;
  /** Whether each output is the input of the same place. */
  readonly identity?: (inputs: I, attrs: A) => boolean;
  /** The op works element by element, on float32 like this: numbers where the op takes tensors. */
  readonly scalar?: NoInfer<OnNumbers<I, A>>;
  /** Where every element of every input is `value`, so is what this gives of the output. */
  readonly splat?: (value: number, inputs: I, attrs: A) => number;
  /** The value is known before the graph runs: a number in every place, or all of it. */
  readonly constant?: (attrs: A) => number | HostTensor;
  /** No two applications are ever the same value. */
  readonly unique?: true;
}

/** The declaration of an op. */
export interface OpSpec<I extends Tensors, A, T extends Type | readonly Type[]> {
  readonly name: string;
  /** The type of the result. Throws through `refuse` when the inputs do not fit. */
  infer(inputs: I, attrs: A): T;
  /** The ONNX nodes that compute it; returns a name for each output. */
  emit(
    e: Emitter,
    inputs: NamesOf<I>,
    attrs: A,
    site: { inputs: I; outputs: OutputsOf<T> },
  ): string | readonly string[];
  /** One gradient per input, in order. Gradients are un-broadcast by `grad`, never here. */
  readonly grad: GradRule<I, A, T>;
  readonly traits?: Traits<I, A>;
  /** The output is the first input's memory in another shape. */
  readonly view?: true;
}
/** Any op; its rules are only called with nodes of its own. */
// biome-ignore lint/suspicious/noExplicitAny: the erased form of every op
export type Op = OpSpec<any, any, any>;

type Result<T> = T extends Type ? Tensor : OutputsOf<T>;
/** An op as a function: tensors by position, attributes last, by name. */
export type OpFn<I extends Tensors, A = undefined, T extends Type | readonly Type[] = Type> = ((
  ...args: Args<I, A>
) => Result<T>) & { readonly op: OpSpec<I, A, T> };

/** A node of a known op, with the types of its declaration. */
export interface NodeOf<I extends Tensors, A, T> extends Node {
  readonly inputs: I;
  readonly attrs: A;
  readonly outputs: OutputsOf<T> & Outputs;
}

/** Whether `node` is an application of `op`. */
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

/** What `trace` returns, and the nodes by which it extends the graph. */
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
 * What `check` gives. A refusal inside it names `name`, its inputs and the module being traced, as that of an op does:
 * for functions made of several ops. One that an op inside has named keeps that name.
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

import type { Emitter } from "./emitter.ts";
import type { Scope } from "./scope.ts";
import { type DType, type HostTensor, type Shape, type Type, typeName } from "./types.ts";

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

/** An op's inputs. */
export type Tensors = readonly Tensor[];

/** The cotangents of an op's outputs; undefined where the loss does not depend on that output. */
export type Cotangents<T> = T extends Type ? readonly [Tensor] : { readonly [K in keyof T]: Tensor | undefined };
/** The gradients of an op's inputs; undefined where there is none. */
export type Gradients<I extends Tensors> = { readonly [K in keyof I]: Tensor | undefined };
/** The outputs of a node whose types are `T`. */
export type OutputsOf<T> = T extends Type
  ? readonly [Tensor]
  : T extends readonly [Type, ...Type[]]
    ? { readonly [K in keyof T]: Tensor }
    : Outputs;

/** The node whose derivative is computed. */
export interface GradSite<I extends Tensors, A, T> {
  readonly inputs: I;
  readonly outputs: OutputsOf<T>;
  readonly attrs: A;
  /** One flag for each input: whether its gradient is used. */
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
export type NamesOf<I extends Tensors> = { readonly [K in keyof I]: string };
/** Arguments of an op: its inputs, then its attributes where it has any. */
export type Args<I extends readonly unknown[], A> = A extends undefined ? I : [...I, A];
/** An op on plain numbers. */
export type OnNumbers<I extends Tensors, A> = (...args: Args<{ [K in keyof I]: number }, A>) => number;

/** Properties of an op that the compiler's passes rely on. An op without traits is left unchanged. */
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
  /** True if each output is the input at the same position. */
  readonly identity?: (inputs: I, attrs: A) => boolean;
  /** The op works element by element, on float32 like this: numbers where the op takes tensors. */
  readonly scalar?: NoInfer<OnNumbers<I, A>>;
  /** The value of every element of the output, where every element of every input is `value`. */
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
  /** Computed in float32 where the rest of a graph is in float16: itself, or what its arguments are computed from as well. */
  readonly float32?: "itself" | "arguments";
}
/** Any op; its rules are only called with nodes of its own. */
// biome-ignore lint/suspicious/noExplicitAny: the erased form of every op
export type Op = OpSpec<any, any, any>;

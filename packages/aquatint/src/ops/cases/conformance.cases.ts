import { scattered } from "../../../test/evaluate.ts";
import { hostTensorOf } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type DType, type HostTensor, type Shape, sizeOf, type Type } from "../../graph/types.ts";
import type { Float64 } from "./float64.cases.ts";

/** One input of a case. */
export interface Sample extends Type {
  readonly data: Float64Array;
}
/** As many operands as an op may have; a case with fewer inputs leaves the rest out. */
export type Operands<T> = readonly [a: T, b: T, c: T, d: T];

/** A way of calling an op, with its definition in float64. */
export interface OpCase {
  /** Description of the case, after the op's name; "" for nothing. */
  readonly about: string;
  readonly inputs: readonly Sample[];
  readonly op: (...x: Operands<Tensor>) => Tensor;
  readonly reference: (...x: Operands<Float64>) => Float64;
}
/** A call that must be refused. */
export interface Refusal {
  readonly about: string;
  readonly inputs: readonly Type[];
  readonly op: (...x: Operands<Tensor>) => unknown;
  /** The message after the op, its inputs and the module. */
  readonly message: string;
}
/** All that is asked of one op. */
export interface OpRow {
  readonly cases: readonly OpCase[];
  readonly refuses: readonly Refusal[];
}
/** Rows by the names under which ops/index.ts exports the ops. */
export type OpRows = Readonly<Record<string, OpRow>>;

/** Evenly spread numbers between `from` and `to`, the same each time, exact in float32. */
export function spread(shape: Shape, { from = -2, to = 2, seed = 0 } = {}): Sample {
  const data = scattered(sizeOf(shape), { from, to, seed: seed + sizeOf(shape) }).map(Math.fround);
  return { dtype: "float32", shape, data };
}

/** Given numbers; truth values are 0 and 1. */
export const sampleOf = (dtype: DType, shape: Shape, values: readonly number[]): Sample => ({
  dtype,
  shape,
  data: Float64Array.from(values, dtype === "float32" ? Math.fround : (v) => v),
});

/** Types for refusals. */
export const float = (...shape: number[]): Type => ({ dtype: "float32", shape });
export const int = (...shape: number[]): Type => ({ dtype: "int32", shape });
export const bool = (...shape: number[]): Type => ({ dtype: "bool", shape });

/** A sample as it is fed to a program. */
export const toHost = ({ data, ...type }: Sample): HostTensor => hostTensorOf(type, data);

/** Calls `f` with as many operands as there are; the case knows how many it uses. */
export const applyTo = <T, R>(f: (...x: Operands<T>) => R, xs: readonly T[]): R =>
  (f as (...x: readonly T[]) => R)(...xs);

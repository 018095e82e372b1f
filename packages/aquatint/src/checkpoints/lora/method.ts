import type { Tensor } from "../../graph/tensor.ts";
import type { Branch } from "../../nn/lora.ts";
import type { TensorLocation } from "../types.ts";

/** The tensors of one layer by their roles in a method: "down", "up". */
export type LoraTensors<T> = Readonly<Partial<Record<string, T>>>;

/** Why a layer's tensors are no whole: some are missing or too many ("keys"), or their shapes do not fit ("shape"). */
export type LoraFault = readonly [kind: "keys" | "shape", message: string];

/** A way of adapting a layer: which tensors it takes and what they are together. */
export interface Method {
  /** As its authors call it: "LoHa". */
  readonly name: string;
  /** The role of a tensor by the end of its key; undefined where the method has none such. */
  role(end: string): string | undefined;
  /** Fault of a layer's tensors, undefined where they fit together. */
  fault(locations: LoraTensors<TensorLocation>): LoraFault | undefined;
  /** Tells whether they are for a layer whose weight has this shape. */
  fits(locations: LoraTensors<TensorLocation>, weight: readonly number[]): boolean;
  /** Divisor of alpha; undefined where the method knows no alpha. */
  rank(locations: LoraTensors<TensorLocation>): number | undefined;
  /** The branch that stands beside the layer. */
  branch(tensors: LoraTensors<Tensor>, scale: Tensor): Branch;
}

/** A role by the first pattern that an end of a key fits. */
export const rolesBy =
  (patterns: readonly (readonly [end: RegExp, role: string])[]) =>
  (end: string): string | undefined =>
    patterns.find(([pattern]) => pattern.test(end))?.[1];

/** Elements of a shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Shapes for a message: "[4,32] and [32,4]". */
export const shapesOf = (locations: LoraTensors<TensorLocation>): string =>
  Object.values(locations)
    .map((location) => `[${location?.shape}]`)
    .join(" and ");

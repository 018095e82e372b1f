import type { z } from "zod";
import type { Tensor } from "../../graph/tensor.ts";

/** A weight with what its optimizer keeps beside it, by slot. */
export interface OptimizerState<Slot extends string = string> {
  readonly weight: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
}

/** Context of an update's rates. */
export interface UpdateContext {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Updates of these weights so far with this one, from 1. */
  readonly update: number;
}

/** A rule that turns gradients into new weights, as more graph. */
export interface Optimizer<Slot extends string = string, Rate extends string = string> {
  /** Slots beside each weight, of its shape and zero at first; also the folder of the state: "adam.m". */
  readonly slots: readonly Slot[];
  /** Scalars that the graph is told anew at each update. */
  readonly rates: readonly Rate[];
  ratesAt(context: UpdateContext): Readonly<Record<Rate, number>>;
  /** Works element by element: several weights may be joined to one. */
  update(old: OptimizerState<Slot>, gradient: Tensor, rates: Readonly<Record<Rate, Tensor>>): OptimizerState<Slot>;
}

/** A kind of optimizer: the schema of its configuration, whose `name` is the kind's, and how to make it. */
export interface OptimizerKind<Config extends z.ZodType> {
  readonly config: Config;
  create(config: z.output<Config>): Optimizer;
}

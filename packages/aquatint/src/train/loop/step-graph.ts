import { grad } from "../../autodiff/grad.ts";
import { type CompileOptions, compile } from "../../compiler/compile.ts";
import type { Executable } from "../../compiler/executable.ts";
import type { LayoutPass } from "../../compiler/nchwc/layout.ts";
import { copyTensor, zeros } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensors, Shape } from "../../graph/types.ts";
import { add, div, minimum, mul, scale, sqrt, square, sub } from "../../ops/elementwise.ts";
import { input, param, scalar } from "../../ops/leaves.ts";
import { sum } from "../../ops/reduce.ts";
import { itemAt, lookup } from "../../util/items.ts";
import { adamW } from "../optimizers/adamw.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { packsOf, packTensor, unpack } from "./packs.ts";

/** Folders of the state beside those of the optimizers: "weights/NAME". */
export const slots = { weight: "weights", average: "ema", gradient: "gradient" } as const;

/** Parameters that are updated alike. */
export interface ParameterGroup {
  /** Stands in the names of the group's rates, "rate.NAME.step". */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly optimizer: Optimizer;
  /** True if a moving average of the weights is kept. */
  readonly average: boolean;
}

/** All parameters in one group. */
export const oneGroup = (parameters: ReadonlyMap<string, Tensor>, optimizer = adamW()): readonly ParameterGroup[] => [
  { name: "all", parameters, optimizer, average: true },
];

/** Input of a training step. */
export interface TrainStepInput {
  /** A scalar that depends on the parameters. */
  readonly loss: Tensor;
  readonly groups: readonly ParameterGroup[];
  /** Parameters that the loss reads and this step leaves alone. */
  readonly fixed?: ReadonlyMap<string, Tensor>;
  /** Further results, by name. */
  readonly results?: Readonly<Record<string, Tensor>>;
  /** Also return every clipped gradient, as the result "gradient/NAME". */
  readonly withGradients?: boolean;
  /** Pass to the layout of the runtime. */
  readonly layout?: LayoutPass | undefined;
}

const parametersOf = (groups: readonly ParameterGroup[]): ReadonlyMap<string, Tensor> =>
  new Map(groups.flatMap(({ parameters }) => [...parameters]));
const inFolder = (folder: string, tensors: ReadonlyMap<string, Tensor>) =>
  Array.from(tensors, ([name, tensor]) => [`${folder}/${name}`, tensor] as const);
const gradients = (loss: Tensor, parameters: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> => {
  const slopes = grad(loss, [...parameters.values()]);
  return new Map([...parameters.keys()].map((name, i) => [name, itemAt(slopes, i)]));
};

/** Loss, gradients, clipping, update and moving average as one program. Results: `loss` and `gradNorm` (before clipping). */
export const trainStep = (step: TrainStepInput): Executable => compile(trainGraph(step));

/** The graph of `trainStep`. */
export function trainGraph({
  loss,
  groups,
  fixed = new Map(),
  results,
  withGradients,
  layout,
}: TrainStepInput): CompileOptions {
  const parameters = parametersOf(groups);
  const update = updateGraph(groups, gradients(loss, parameters));
  const gradientResults = withGradients ? Object.fromEntries(inFolder(slots.gradient, update.clipped)) : {};
  return {
    outputs: { loss, gradNorm: update.norm, ...results, ...gradientResults },
    updates: update.next,
    parameters: { names: new Map([...update.state, ...inFolder(slots.weight, fixed)]), as: "state" },
    layout,
  };
}

/**
 * Adds the gradients of one part of a batch to "gradient/NAME" in the state; with `accumulate.keep` 0 they start anew.
 * `share` is the part's share of the batch. Results: `loss`. A graph, as `compile` takes it.
 */
export function accumulateGraph(step: TrainStepInput, share: number): CompileOptions {
  const { loss, groups, fixed = new Map(), results, layout } = step;
  const parameters = parametersOf(groups);
  const sums = new Map(Array.from(parameters, ([name, weight]) => [name, stateLike(weight)]));
  const keep = input({ name: "accumulate.keep", dtype: "float32", shape: [] });
  const next = Array.from(gradients(loss, parameters), ([name, gradient]) => {
    return [`${slots.gradient}/${name}`, add(mul(lookup(sums, name), keep), scale(gradient, share))] as const;
  });
  const names = [parameters, fixed].flatMap((weights) => inFolder(slots.weight, weights));
  return {
    outputs: { loss, ...results },
    updates: Object.fromEntries(next),
    parameters: { names: new Map([...names, ...inFolder(slots.gradient, sums)]), as: "state" },
    layout,
  };
}

/** Updates the parameters from the gradients that `accumulateGraph` added up. Result: `gradNorm`. */
export function applyStep(groups: readonly ParameterGroup[], layout?: LayoutPass): Executable {
  const sums = new Map(Array.from(parametersOf(groups), ([name, weight]) => [name, stateLike(weight)]));
  const { norm, next, state } = updateGraph(groups, sums);
  return compile({
    outputs: { gradNorm: norm },
    updates: next,
    parameters: { names: new Map([...state, ...inFolder(slots.gradient, sums)]), as: "state" },
    layout,
  });
}

/** A leaf of the state beside a parameter: a moment, a moving average, a sum of gradients. */
const stateLike = (weight: Tensor): Tensor => param({ shape: weight.shape, init: "zeros" });
const rate = (name: string): Tensor => input({ name: `rate.${name}`, dtype: "float32", shape: [] });

/** The scalars that a group's updates are fed, and `average`. */
const ratesOf = ({
  name: group,
  optimizer,
}: ParameterGroup): Readonly<Record<string, Tensor>> & { average: Tensor } => {
  const rateEntry = (name: string) => [name, rate(`${group}.${name}`)] as const;
  return { ...Object.fromEntries(optimizer.rates.map(rateEntry)), average: rate(`${group}.average`) };
};

/** The graph of an update: what it reads of the state, what it replaces there, and the gradients' norm and clipped form. */
function updateGraph(groups: readonly ParameterGroup[], gradients: ReadonlyMap<string, Tensor>) {
  const packs = groups.flatMap((group) => packsOf(group.parameters).map((pack) => ({ group, pack })));
  const { norm, clipped } = clipByGlobalNorm(
    packs.map(({ pack }) => packTensor(pack.map(({ name }) => lookup(gradients, name)))),
    rate("clip"),
  );
  const [state, clippedByName] = [new Map<string, Tensor>(), new Map<string, Tensor>()];
  const next: Record<string, Tensor> = {};
  const rates = new Map(groups.map((group) => [group, ratesOf(group)]));
  for (const [i, { group, pack }] of packs.entries()) {
    const { optimizer, average } = group;
    const { average: averageRate, ...groupRates } = lookup(rates, group);
    /** The state's tensors of a slot, joined; and what replaces them. */
    const read = (slot: string, leaf: (weight: Tensor) => Tensor = stateLike): Tensor => {
      const leaves = pack.map(({ name, weight }) => [`${slot}/${name}`, leaf(weight)] as const);
      for (const [name, tensor] of leaves) state.set(name, tensor);
      return packTensor(leaves.map(([, tensor]) => tensor));
    };
    const replace = (slot: string, value: Tensor): void => {
      for (const [name, part] of unpack(value, pack)) next[`${slot}/${name}`] = part;
    };
    for (const [name, part] of unpack(itemAt(clipped, i), pack)) clippedByName.set(name, part);
    const weight = read(slots.weight, (leaf) => leaf);
    const old = { weight, slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, read(slot)])) };
    const after = optimizer.update(old, itemAt(clipped, i), groupRates);
    replace(slots.weight, after.weight);
    for (const slot of optimizer.slots) replace(slot, lookup(after.slots, slot));
    if (!average) continue;
    const mean = read(slots.average);
    replace(slots.average, add(after.weight, mul(sub(mean, after.weight), averageRate)));
  }
  return { norm, clipped: clippedByName, state, next };
}

/** The axes of a row: the last one of a matrix, the pixels of a kernel. */
const rowAxes = ({ length: rank }: Shape): readonly number[] =>
  Array.from({ length: rank }, (_, i) => i).slice(rank > 2 ? 2 : 1);

/** Scales gradients so that their common norm is at most `limit`, as torch.nn.utils.clip_grad_norm_ does. */
function clipByGlobalNorm(gradients: readonly Tensor[], limit: Tensor) {
  // rows first: one long sum of float32 would lose another digit
  const squares = gradients.map((g) => sum(sum(square(g), { axes: rowAxes(g.shape) })));
  const norm = sqrt(squares.reduce((a, b) => add(a, b)));
  const factor = minimum(scalar(1), div(limit, add(norm, scalar(1e-6))));
  return { norm, clipped: gradients.map((g) => mul(g, factor)) };
}

/** The state before the first step: weights, moving averages equal to them, optimizers' slots of zero; of fixed ones the weights. */
export function firstState(weights: HostTensors, groups: readonly ParameterGroup[]): HostTensors {
  const state = Object.entries(weights).map(([name, value]) => [`${slots.weight}/${name}`, copyTensor(value)] as const);
  const companions = groups.flatMap(({ parameters, optimizer, average }) =>
    [...parameters.keys()].flatMap((name) => [
      ...optimizer.slots.map((slot) => [`${slot}/${name}`, zeros(lookup(weights, name))] as const),
      ...(average ? [[`${slots.average}/${name}`, copyTensor(lookup(weights, name))] as const] : []),
    ]),
  );
  return Object.fromEntries([...state, ...companions]);
}

/** Sums of gradients, of zero: what accumulation needs in the state beside `firstState`. */
export const gradientSums = (weights: HostTensors, groups: readonly ParameterGroup[]): HostTensors =>
  Object.fromEntries(
    [...parametersOf(groups).keys()].map((name) => [`${slots.gradient}/${name}`, zeros(lookup(weights, name))]),
  );

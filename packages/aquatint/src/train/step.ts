import { grad } from "../autodiff/grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../graph/types.ts";
import { type InitialDraws, initialise } from "../nn/initialise.ts";
import type { Layout } from "../ops/layout.ts";
import { executableOf } from "../runtime/compile.ts";
import type { Executable } from "../runtime/types.ts";
import { type AdamWOptions, adamWUpdate, beside, clipByGlobalNorm, type ParameterUpdate, rateInputs } from "./adamw.ts";

/** What the state holds of each parameter: "weights/NAME" and, beside it, its moments and moving average. */
export const slots = { weight: "weights", m: "adam.m", v: "adam.v", ema: "ema" } as const satisfies Record<
  keyof ParameterUpdate,
  string
>;
const slotNames = Object.entries(slots) as [keyof ParameterUpdate, string][];

/** What a training step is made of. */
export interface TrainStepInput {
  /** A scalar that depends on the parameters. */
  readonly loss: Tensor;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly optimiser?: AdamWOptions;
  /** Also return every clipped gradient, as the result "gradient/NAME". */
  readonly withGradients?: boolean;
  /** What the runtime wants, its `layout`. */
  readonly layout?: Layout | undefined;
}

/** Loss, gradients, clipping, AdamW and moving average as one program. Results: `loss` and `gradNorm` (before clipping). */
export function trainStep(input: TrainStepInput): Executable {
  const { loss, parameters, optimiser = {}, withGradients = false, layout } = input;
  const rates = rateInputs();
  const gradients = grad(loss, [...parameters.values()]);
  const { norm, clipped } = clipByGlobalNorm(gradients, rates.clip);
  const state = new Map<string, Tensor>();
  const updates: Record<string, Tensor> = {};
  for (const [i, [name, weight]] of [...parameters].entries()) {
    const old: ParameterUpdate = { weight, m: beside(weight), v: beside(weight), ema: beside(weight) };
    const next = adamWUpdate(old, clipped[i]!, rates, optimiser);
    for (const [slot, folder] of slotNames) {
      state.set(`${folder}/${name}`, old[slot]);
      updates[`${folder}/${name}`] = next[slot];
    }
  }
  const shown = withGradients
    ? [...parameters.keys()].map((name, i) => [`gradient/${name}`, clipped[i]!] as const)
    : [];
  const outputs = { loss, gradNorm: norm, ...Object.fromEntries(shown) };
  return executableOf({ outputs, updates, parameters: { names: state, as: "state" }, layout });
}

/** The state before the first step: fresh weights, moments of zero, the moving average equal to the weights. */
export function initialState(parameters: ReadonlyMap<string, Tensor>, draws: InitialDraws): HostTensors {
  return stateFrom(initialise(parameters, draws));
}

/** The state of a run that begins with the given weights. */
export function stateFrom(weights: HostTensors): HostTensors {
  const zeros = ({ shape, data }: HostTensor): HostTensor => ({
    dtype: "float32",
    shape,
    data: new Float32Array(data.length),
  });
  const copy = ({ shape, data }: HostTensor): HostTensor => ({ dtype: "float32", shape, data: data.slice() });
  const start = { weight: copy, m: zeros, v: zeros, ema: copy } satisfies Record<keyof ParameterUpdate, unknown>;
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, value]) =>
      slotNames.map(([slot, folder]) => [`${folder}/${name}`, start[slot](value)]),
    ),
  );
}

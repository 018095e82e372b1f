import { expect, test } from "vitest";
import { evaluate } from "../../../test/evaluate.ts";
import type { HostTensor } from "../../graph/types.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Optimizer } from "./optimizer.ts";
import { createOptimizer, optimizers } from "./registry.ts";

const [LR, DECAY] = [0.1, 0.2];
const start = [0.5, -1, 2];
const gradientAt = (step: number) => [0.3 * step, -0.2, 0.1 - 0.2 * step];

/** Each rule on numbers, as torch.optim documents it. */
const references: Readonly<Record<string, (options: Record<string, unknown>) => number[][]>> = {
  adamw: () => adamReference((w, g) => [w * (1 - LR * DECAY), g]),
  adam: () => adamReference((w, g) => [w, g + DECAY * w]),
  sgd: ({ nesterov }) => {
    let v = start.map(() => 0);
    let w = start;
    return [1, 2, 3].map((step) => {
      const g = gradientAt(step).map((d, i) => d + DECAY * w[i]!);
      v = v.map((old, i) => 0.9 * old + g[i]!);
      w = w.map((old, i) => old - LR * (nesterov ? g[i]! + 0.9 * v[i]! : v[i]!));
      return w;
    });
  },
};

function adamReference(decayed: (w: number, g: number) => [number, number]): number[][] {
  let [w, m, v] = [start, start.map(() => 0), start.map(() => 0)];
  return [1, 2, 3].map((step) => {
    w = w.map((weight, i) => {
      const [decayedWeight, g] = decayed(weight, gradientAt(step)[i]!);
      m = m.map((old, k) => (k === i ? 0.9 * old + 0.1 * g : old));
      v = v.map((old, k) => (k === i ? 0.999 * old + 0.001 * g * g : old));
      return decayedWeight - (LR * (m[i]! / (1 - 0.9 ** step))) / (Math.sqrt(v[i]! / (1 - 0.999 ** step)) + 1e-8);
    });
    return w;
  });
}

const tensor = (values: readonly number[], shape = [values.length]): HostTensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});

/** The weights after each of three updates, through the graph. */
async function updated({ slots, rates, ratesAt, update }: Optimizer): Promise<number[][]> {
  const leaf = (name: string) => input({ name, dtype: "float32", shape: [3] });
  const rateInputs = Object.fromEntries(
    rates.map((name) => [name, input({ name: `rate.${name}`, dtype: "float32", shape: [] })]),
  );
  const old = { weight: leaf("weight"), slots: Object.fromEntries(slots.map((slot) => [slot, leaf(slot)])) };
  const next = update(old, leaf("gradient"), rateInputs);
  const changed = Object.entries({ weight: next.weight, ...next.slots });
  const outputs = Object.fromEntries(changed.map(([name, value]) => [`next.${name}`, value]));
  await using runtime = await nodeRuntime({ threads: 1 });
  let state: Record<string, HostTensor> = { weight: tensor(start) };
  for (const slot of slots) state[slot] = tensor([0, 0, 0]);
  const weights: number[][] = [];
  for (const step of [1, 2, 3]) {
    const now = ratesAt({ learningRate: LR, weightDecay: DECAY, update: step });
    const fed = Object.entries(now).map(([name, value]) => [`rate.${name}`, tensor([value], [])]);
    const feeds = { ...state, gradient: tensor(gradientAt(step)), ...Object.fromEntries(fed) };
    const results = await evaluate(runtime, outputs, { feeds });
    state = Object.fromEntries(Object.entries(results).map(([name, value]) => [name.slice("next.".length), value]));
    weights.push(Array.from(state["weight"]!.data));
  }
  return weights;
}

test.each([{ name: "adamw" }, { name: "adam" }, { name: "sgd" }, { name: "sgd", nesterov: true }])(
  "%o makes the updates of its formula",
  async (config) => {
    const steps = await updated(createOptimizer(config));
    for (const [i, expected] of references[config.name]!(config).entries()) {
      for (const [k, value] of expected.entries()) expect(steps[i]![k]).toBeCloseTo(value, 5);
    }
  },
);

test("every optimizer has a reference here, and the name of its configuration", () => {
  expect(Object.keys(references).sort()).toEqual(Object.keys(optimizers).sort());
  for (const [name, { config }] of Object.entries(optimizers)) expect(config.shape.name.value).toBe(name);
});

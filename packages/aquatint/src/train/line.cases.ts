import type { HostTensors } from "../graph/types.ts";
import { type RandomState, restoreTorchCpu, torchCpu } from "../math/random.ts";
import { add, square, sub, tanh } from "../ops/elementwise.ts";
import { input, param } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { mean } from "../ops/reduce.ts";
import { type Training, trainingConfig } from "./config/training.ts";
import type { Phase, Task } from "./loop/task.ts";

/** The training of a run of ten steps; anything may be replaced. */
export const lineTraining = (training: object = {}): Training =>
  trainingConfig.parse({ steps: 10, batch_size: 4, learning_rate: 0.05, warmup_steps: 2, seed: 7, ...training });

const parameters = () => ({
  body: param({ shape: [2, 8], init: { normal: 1 } }),
  head: param({ shape: [8, 1], init: { normal: 1 } }),
  bias: param({ shape: [1], init: "zeros" }),
});

/**
 * A network of two layers that learns x y from draws of x and y: any number of steps in a moment, its graph loads at
 * once. With `duel` it has two phases, of which the first updates the body twice and the second the head.
 */
export function lineTask({ batch_size: batch, accumulate, seed }: Training, { duel = false } = {}): Task {
  const { body, head, bias } = parameters();
  const n = batch / accumulate;
  const x = input({ name: "x", dtype: "float32", shape: [n, 2] });
  const y = input({ name: "y", dtype: "float32", shape: [n, 1] });
  const error = square(sub(add(matmul(tanh(matmul(x, body)), head), bias), y));
  let draws = torchCpu(seed);
  const next = async () => {
    const drawn = draws.randn(2 * batch);
    const products = Float32Array.from({ length: batch }, (_, i) => drawn[2 * i]! * drawn[2 * i + 1]!);
    const feeds: HostTensors = {
      x: { dtype: "float32", shape: [batch, 2], data: drawn },
      y: { dtype: "float32", shape: [batch, 1], data: products },
    };
    const report = ({ error: errors }: HostTensors) => ({
      worst: Math.max(...errors!.data),
      samples: errors!.data.length,
    });
    return { feeds, position: draws.snapshot(), report };
  };
  const phase = (name: string): Phase => ({ name, loss: mean(error), results: { error }, next });
  const phases = duel
    ? [
        { ...phase("body"), repeat: 2, updates: (name: string) => name === "body", training: { average: false } },
        { ...phase("head"), updates: (name: string) => name !== "body" },
      ]
    : [phase("line")];
  return {
    parameters: new Map(Object.entries({ body, head, bias })),
    phases,
    assets: { words: "x y" },
    restore(position) {
      draws = restoreTorchCpu(position as RandomState);
    },
    outputs: (weights) => ({
      evaluate: async () => ({ bias: (await weights.read()).get("bias")!.data[0]! }),
      modelFiles: async () => {
        const values = Array.from(await weights.read(), ([name, { data }]) => [name, Array.from(data)]);
        const text = JSON.stringify(Object.fromEntries(values));
        return new Map([
          ["weights.json", text],
          ["again/weights.json", text],
        ]);
      },
      async [Symbol.asyncDispose]() {},
    }),
  };
}

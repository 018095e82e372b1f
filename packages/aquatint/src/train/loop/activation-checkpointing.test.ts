import { expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { grad } from "../../autodiff/grad.ts";
import { simplify } from "../../compiler/passes/simplify.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../../models/unet/index.ts";
import { parameters } from "../../nn/module.ts";
import { square } from "../../ops/elementwise.ts";
import { input } from "../../ops/leaves.ts";
import { mean } from "../../ops/reduce.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import { tinyConfigs } from "../tiny.cases.ts";
import { activationCheckpointing } from "./activation-checkpointing.ts";

const unet = UNet2DConditionModel(parseUNet2DConditionConfig(tinyConfigs.unet));
const names = parameters(unet);
const feeds = { x: noise([1, 3, 8, 8], { seed: 1 }), t: noise([1], { seed: 2 }), c: noise([1, 4, 16], { seed: 3 }) };
const trace = () => {
  const leaf = (name: keyof typeof feeds) => input({ name, dtype: "float32", shape: feeds[name].shape });
  return mean(square(unet(leaf("x"), leaf("t"), leaf("c"))));
};
/** Loss, gradients of all parameters. */
const gradients = (loss: Tensor) => {
  const all = grad(loss, [...names.values()]);
  return { loss, ...Object.fromEntries([...names.keys()].map((name, i) => [`d ${name}`, all[i]!])) };
};
const count = (name: string, outputs: Readonly<Record<string, Tensor>>) =>
  topological(Object.values(simplify(outputs))).filter(({ op }) => op.name === name).length;

test("a U-Net's blocks are computed again, with the same gradients, and the model is none the wiser", async () => {
  const [plain, again] = [gradients(trace()), gradients(activationCheckpointing(trace))];
  expect(count("softmax", again)).toBe(2 * count("softmax", plain));
  expect(count("conv2d", again)).toBeGreaterThan(count("conv2d", plain));
  await using runtime = await nodeRuntime({ threads: 1 });
  const options = { feeds, names, values: noiseWeights(names) };
  const [expected, actual] = [await evaluate(runtime, plain, options), await evaluate(runtime, again, options)];
  for (const name of Object.keys(plain) as (keyof typeof plain)[])
    expect(deviation(actual[name], expected[name].data), name).toBeLessThan(1e-5);
});

test("only what is chosen is computed again", () => {
  const mid = gradients(activationCheckpointing(trace, { at: /^mid_block\.attentions\.0$/ }));
  expect(count("softmax", mid)).toBe(count("softmax", gradients(trace())) + 2);
});

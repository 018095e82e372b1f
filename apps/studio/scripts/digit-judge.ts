import { planTextToImage, type Runtime, textToImage, textToImageModel, textToImageNetwork } from "aquatint";
import { grad } from "aquatint/autodiff";
import { type ModelFiles, openModel } from "aquatint/checkpoints";
import { compile, layoutPass } from "aquatint/compiler";
import type { Dataset } from "aquatint/data";
import { type Image, imagesToTensor } from "aquatint/formats";
import type { Tensor } from "aquatint/graph";
import { torchCpu } from "aquatint/math";
import * as nn from "aquatint/nn";
import * as ops from "aquatint/ops";
import { createDataset } from "aquatint/train";
import { drawnDigits } from "../src/lecture/pages/training/digits.ts";
import { digitPrompts, sides } from "../src/lecture/pages/training/recipe.ts";

const EACH = 10;
/** Samples that are judged. */
export const COUNT = EACH * digitPrompts.length;
const JUDGE_STEPS = 800;
const SIDE = sides.digits;

const none = () => Promise.reject(new Error("the recipe needs digits alone"));

/** The digits of the lecture's page on training. */
export const lectureDigits = (): Promise<Dataset> =>
  createDataset(
    { name: "digits", size: SIDE, digits: digitPrompts.map((_, digit) => digit) },
    { digits: async (of: readonly number[]) => drawnDigits(of), imageFolder: none, latentPool: none },
  );

/** A network that reads digits, trained on the same generator; share of `images` that it reads as `digits`. */
export async function trainedJudge(runtime: Runtime, data: Dataset) {
  const [conv1, conv2, head] = [
    nn.Conv2d(3, 8, 5, { stride: SIDE / 16 }),
    nn.Conv2d(8, 16, 5, { stride: 2 }),
    nn.Linear(256, 10),
  ];
  const network = nn.module({ conv1, conv2, head }, (x: Tensor): Tensor => {
    const h = ops.maxPool2d(ops.relu(conv2(ops.relu(conv1(x)))), { kernel: 2 });
    return head(ops.reshape(h, { shape: [COUNT, -1] }));
  });
  const x = ops.input({ name: "x", dtype: "float32", shape: [COUNT, 3, SIDE, SIDE] });
  const label = ops.input({ name: "label", dtype: "int32", shape: [COUNT] });
  const scores = network(x);
  const column = ops.reshape(label, { shape: [COUNT, 1] });
  const loss = ops.neg(ops.mean(ops.gather(ops.logSoftmax(scores), column, { axis: 1 })));
  const right = ops.sum(ops.cast(ops.equal(ops.argmax(scores, { axis: 1 }), label), { to: "float32" }));
  const names = nn.parameters(network);
  const slopes = grad(loss, [...names.values()]);
  const updates = Object.fromEntries(
    [...names].map(([name, weight], i) => [name, ops.sub(weight, ops.scale(slopes[i]!, 0.1))]),
  );
  const program = (outputs: Record<string, Tensor>, changes: Record<string, Tensor> = {}) =>
    runtime.load(
      compile({ outputs, updates: changes, parameters: { names, as: "state" }, layout: layoutPass(runtime.layout) }),
    );
  const [learning, reading] = [await program({ loss }, updates), await program({ right })];
  const state = await runtime.createState(nn.initialize(names, torchCpu(0)));
  const feeds = (images: Float32Array, digits: readonly number[]) => ({
    x: { dtype: "float32" as const, shape: x.shape, data: images as Float32Array<ArrayBuffer> },
    label: { dtype: "int32" as const, shape: label.shape, data: Int32Array.from(digits) },
  });
  const batchOf = async ({ next }: ReturnType<Dataset["stream"]>) => {
    const { images, truths } = await next(COUNT);
    return feeds(
      images,
      (truths as { digit: number }[]).map(({ digit }) => digit),
    );
  };
  const stream = data.stream({ seed: 1 });
  for (let i = 0; i < JUDGE_STEPS; i++) await learning.run(await batchOf(stream), { state });
  const accuracy = async (of: ReturnType<typeof feeds>) =>
    (await reading.run(of, { state }))["right"]!.data[0]! / COUNT;
  const heldOut = await accuracy(await batchOf(data.stream({ seed: 2, split: "held-out" })));
  return {
    heldOut,
    of: (images: readonly Image[], digits: readonly number[]) => accuracy(feeds(imagesToTensor(images), digits)),
  };
}

/** What `trainedJudge` gives. */
export type DigitJudge = Awaited<ReturnType<typeof trainedJudge>>;

/** The share of a model's samples that the judge reads as the digit of their caption. */
export async function sampleAccuracy(
  judge: DigitJudge,
  { runtime, files, guidance }: { readonly runtime: Runtime; readonly files: ModelFiles; readonly guidance: number },
): Promise<number> {
  const model = await textToImageModel(await openModel(files));
  await using network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  const images: Image[] = [];
  const digits: number[] = [];
  for (const [digit, prompt] of digitPrompts.entries()) {
    const plan = await planTextToImage(model, { prompt, steps: 16, guidance });
    const seeds = Array.from({ length: EACH }, (_, i) => digit + i * digitPrompts.length);
    for await (const event of textToImage(network, plan, { seeds })) {
      if (event.type !== "image") continue;
      images.push(event.image);
      digits.push(digit);
    }
  }
  return judge.of(images, digits);
}

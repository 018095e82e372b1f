import { join } from "node:path";
import { compile } from "../../packages/aquatint/src/compiler/compile.ts";
import { noised } from "../../packages/aquatint/src/diffusion/process/forward.ts";
import { type PredictionType, targets } from "../../packages/aquatint/src/diffusion/process/prediction.ts";
import { betaSchedules } from "../../packages/aquatint/src/diffusion/process/schedules.ts";
import { readSafetensors, readText } from "../../packages/aquatint/src/formats/files.node.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensors } from "../../packages/aquatint/src/formats/safetensors/safetensors.ts";
import type { HostTensor, HostTensors } from "../../packages/aquatint/src/graph/types.ts";
import { parseUNet2DConfig, UNet2DModel } from "../../packages/aquatint/src/models/unet/index.ts";
import { expectKeys, parameters } from "../../packages/aquatint/src/nn/module.ts";
import { add, mul, square, sub } from "../../packages/aquatint/src/ops/elementwise.ts";
import { input } from "../../packages/aquatint/src/ops/leaves.ts";
import { mean } from "../../packages/aquatint/src/ops/reduce.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import { rateFeeds } from "../../packages/aquatint/src/train/loop/step-feeds.ts";
import {
  firstState,
  oneGroup,
  type ParameterGroup,
  trainStep,
} from "../../packages/aquatint/src/train/loop/step-graph.ts";
import { adamW } from "../../packages/aquatint/src/train/optimizers/adamw.ts";
import { errorOfLargest, judged, maxError, type Outcome, type ParityKind } from "./check.ts";

interface Reference {
  readonly config: unknown;
  readonly prediction_type: PredictionType;
  readonly schedule: {
    readonly name: keyof typeof betaSchedules;
    readonly steps: number;
    readonly beta_start: number;
    readonly beta_end: number;
  };
  readonly zero_gradient: readonly string[];
  readonly losses: readonly number[];
  readonly grad_norms_before_clip: readonly number[];
  readonly adamw: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
  };
  readonly clip: number;
  readonly ema: number;
}

/** `train-*.json` with its `.safetensors`: some AdamW steps of a small UNet2DModel in PyTorch. */
export const train: ParityKind = {
  claims: (entries) => entries.filter((name) => /^train-.*\.(json|safetensors)$/.test(name)),
  async *run(folder, entries) {
    for (const file of entries.filter((name) => name.endsWith(".json"))) {
      const name = file.slice(0, -".json".length);
      if (!entries.includes(`${name}.safetensors`)) {
        yield { check: name, skipped: `${name}.safetensors is not there` };
        continue;
      }
      const reference = JSON.parse(await readText(join(folder, file))) as Reference;
      const { tensors } = await readSafetensors(join(folder, `${name}.safetensors`));
      yield* compareRun(name, reference, tensors);
    }
  },
};

const float = (data: Float32Array, shape: readonly number[]): HostTensor => ({ dtype: "float32", shape, data });
const read = (tensors: RawTensors, name: string): HostTensor => {
  const raw = tensors.get(name);
  if (!raw) throw new Error(`the reference holds no tensor ${name}`);
  const data = raw.dtype === "I64" ? integers(raw.data) : toFloat32(raw, { name });
  return float(data, raw.shape);
};
const integers = (bytes: Uint8Array) => Float32Array.from(new BigInt64Array(bytes.slice().buffer), Number);
const group = (tensors: RawTensors, prefix: string): Map<string, HostTensor> =>
  new Map(
    [...tensors.keys()].filter((k) => k.startsWith(prefix)).map((k) => [k.slice(prefix.length), read(tensors, k)]),
  );

/** The loss that PyTorch's loop minimized, over fed noise levels, with the network's prediction as a second output. */
function lossOf(network: ReturnType<typeof UNet2DModel>, shape: readonly number[]) {
  const n = shape[0]!;
  const feed = (name: string, of: readonly number[]) => input({ name, dtype: "float32", shape: of });
  const prediction = network(feed("xt", shape), feed("t", [n]));
  const column = (name: string) => feed(name, [n, 1, 1, 1]);
  const target = add(mul(column("a"), feed("x0", shape)), mul(column("b"), feed("eps", shape)));
  return { prediction, loss: mean(square(sub(prediction, target))) };
}

async function* compareRun(name: string, reference: Reference, tensors: RawTensors): AsyncGenerator<Outcome> {
  const network = UNet2DModel(parseUNet2DConfig(reference.config));
  const weights = parameters(network);
  const initial = group(tensors, "init/");
  expectKeys(name, weights, initial);
  const { prediction, loss } = lossOf(network, read(tensors, "step0/x0").shape);
  const [beta1, beta2] = reference.adamw.betas;
  await using runtime = await nodeRuntime();
  const groups = oneGroup(weights, adamW({ beta1, beta2, eps: reference.adamw.eps }));
  const state = await runtime.createState(firstState(Object.fromEntries(initial), groups));
  const program = await runtime.load(trainStep({ loss, groups, withGradients: true }));
  const names = new Map(Array.from(weights, ([key, tensor]) => [`weights/${key}`, tensor]));
  const forward = await runtime.load(compile({ outputs: { prediction }, parameters: { names, as: "state" } }));
  for (const [i, expected] of reference.losses.entries()) {
    const { feeds, xtError } = stepFeeds(reference, tensors, i);
    yield judged(`${name}/step${i}/xt`, xtError, 1e-5);
    const predicted = await forward.run({ xt: feeds["xt"]!, t: feeds["t"]! }, { state });
    // later steps start from weights that Adam's magnified round-off has moved apart a little
    yield judged(
      `${name}/step${i}/prediction`,
      maxError(predicted["prediction"]!.data, read(tensors, `step${i}/pred`).data),
      i ? 2e-3 : 1e-4,
    );
    const results = await program.run({ ...feeds, ...rates(reference, groups, i + 1) }, { state });
    yield judged(`${name}/step${i}/loss`, maxError(results["loss"]!.data, [expected]), 1e-4);
    yield judged(
      `${name}/step${i}/grad-norm`,
      maxError(results["gradNorm"]!.data, [reference.grad_norms_before_clip[i]!]),
      1e-4,
    );
    if (i === 0) yield gradients(name, reference, results, group(tensors, "grad_clipped/"));
  }
  const trained = await state.read();
  yield* finalWeights(`${name}/weights`, "weights/", reference, trained, group(tensors, "final/"));
  yield* finalWeights(`${name}/ema`, "ema/", reference, trained, group(tensors, "ema/"));
}

function stepFeeds({ schedule, prediction_type }: Reference, tensors: RawTensors, i: number) {
  const tensor = (key: string) => read(tensors, `step${i}/${key}`);
  const [x0, eps, xt, t] = [tensor("x0"), tensor("eps"), tensor("xt"), tensor("t")];
  const { steps, beta_start: betaStart, beta_end: betaEnd } = schedule;
  const abar = betaSchedules[schedule.name]({ steps, betaStart, betaEnd, maxBeta: 0.999 });
  const n = t.data.length;
  const size = x0.data.length / n;
  const levels = Array.from(t.data as Float32Array, (index) => abar.level(index + 1));
  const part = (x: HostTensor, k: number) => (x.data as Float32Array).subarray(k * size, (k + 1) * size);
  const errors = levels.map((level, k) => maxError(noised(level, { x0: part(x0, k), eps: part(eps, k) }), part(xt, k)));
  const column = (f: (level: (typeof levels)[number]) => number) => float(Float32Array.from(levels, f), [n, 1, 1, 1]);
  const target = targets[prediction_type];
  const feeds = { x0, eps, xt, t, a: column((l) => target(l)[0]), b: column((l) => target(l)[1]) };
  return { feeds: feeds as Record<string, HostTensor>, xtError: Math.max(...errors) };
}

function rates({ adamw, clip, ema }: Reference, groups: readonly ParameterGroup[], update: number): HostTensors {
  const averageRate = { horizon: 1 / (1 - ema), warmup: false };
  const rated = groups.map((group) => {
    return { ...group, learningRate: adamw.lr, weightDecay: adamw.weight_decay, averageRate };
  });
  return rateFeeds(rated, clip, { update, share: 1 });
}

/** Clipped gradients of the first step, in units of each tensor's largest. */
function gradients(
  name: string,
  { zero_gradient }: Reference,
  results: HostTensors,
  expected: ReadonlyMap<string, HostTensor>,
): Outcome {
  let worst = 0;
  for (const [key, { data }] of expected) {
    if (zero_gradient.includes(key)) continue;
    worst = Math.max(worst, errorOfLargest(results[`gradient/${key}`]!.data, data));
  }
  return judged(`${name}/gradients`, worst, 1e-4);
}

/** Root mean square difference a tensor, and the share of elements that are further off than 1e-4. */
function* finalWeights(
  check: string,
  folder: string,
  { zero_gradient }: Reference,
  trained: HostTensors,
  expected: ReadonlyMap<string, HostTensor>,
) {
  let [rms, share] = [0, 0];
  for (const [key, { data }] of expected) {
    if (zero_gradient.includes(key)) continue;
    const differences = Array.from(data, (v, i) => Math.abs(trained[folder + key]!.data[i]! - v));
    const meanSquare = differences.reduce((s, d) => s + d * d, 0) / data.length;
    rms = Math.max(rms, Number.isNaN(meanSquare) ? Number.POSITIVE_INFINITY : Math.sqrt(meanSquare));
    share = Math.max(share, differences.filter((d) => !(d <= 1e-4)).length / data.length);
  }
  yield judged(`${check}/rms`, rms, 1e-5);
  yield judged(`${check}/share-off`, share, 1e-3);
}

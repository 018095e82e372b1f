import { join } from "node:path";
import { bindWeights } from "../../packages/aquatint/src/checkpoints/bind-weights.ts";
import { openFileHeader } from "../../packages/aquatint/src/checkpoints/open.node.ts";
import { locationsOf } from "../../packages/aquatint/src/checkpoints/read.ts";
import { compile, compileSplit } from "../../packages/aquatint/src/compiler/compile.ts";
import type { WeightMemory } from "../../packages/aquatint/src/compiler/executable.ts";
import { float32Data, zeros } from "../../packages/aquatint/src/graph/host-tensor.ts";
import type { HostTensors } from "../../packages/aquatint/src/graph/types.ts";
import { parameters } from "../../packages/aquatint/src/nn/module.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import { mapValues } from "../../packages/aquatint/src/util/map-values.ts";
import { leafOf, parts } from "./parts.ts";
import { folderOf } from "./weights.ts";

/** A step of SD 1.5's U-Net with keys and values of the prompt computed in it, and beforehand: paired, in turns. */
export async function prologueBench({ steps = 3, weightMemory = "packed" } = {}) {
  const part = parts["unet-sd15"]!;
  const weights = locationsOf(await openFileHeader(join(folderOf("unet-sd15"), part.file)));
  const { module, trace } = part.create();
  const bound = await bindWeights(parameters(module as Parameters<typeof parameters>[0]), weights);
  const options = { outputs: { y: trace(leafOf(part)) }, ...bound, weightMemory: weightMemory as WeightMemory };
  const { prologue, body, state: types } = compileSplit(options, new Set(["context"]));
  await using runtime = await nodeRuntime({ threads: 2 });
  const state = await runtime.createState(mapValues(types, zeros));
  const { context, ...changing } = part.feeds;
  const before = await runtime.load(prologue!);
  const promptCpuMs = await timed(() => before.run({ context: context! }, { state }));
  const [full, rest] = [await runtime.load(compile(options)), await runtime.load(body)];
  const [times, results] = [[[], []] as [number[], number[]], [] as HostTensors[]];
  for (let i = 0; i <= steps; i++) {
    const first = await timed(async () => results.push(await full.run(part.feeds)));
    const second = await timed(async () => results.push(await rest.run(changing, { state })));
    if (i === 0) continue; // the first runs settle memory
    times[0].push(first);
    times[1].push(second);
  }
  const [a, b] = [float32Data(results[0]!["y"]!), float32Data(results[1]!["y"]!)];
  return {
    stepCpuMs: times[0].map(Math.round),
    splitStepCpuMs: times[1].map(Math.round),
    ratios: times[0].map((ms, i) => Math.round((1000 * times[1][i]!) / ms) / 1000),
    promptCpuMs: Math.round(promptCpuMs),
    stateMB: Math.round(Object.values(types).reduce((n, { shape }) => n + 4 * shape.reduce((p, d) => p * d), 0) / 1e6),
    largestDifference: a.reduce((largest, v, i) => Math.max(largest, Math.abs(v - b[i]!)), 0),
  };
}

/** Processor time, which other processes disturb least. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** A process that loads one part and makes a step for each line of standard input; answers in lines of JSON. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bindWeights } from "../../packages/aquatint/src/checkpoints/bind-weights.ts";
import { openFileHeader } from "../../packages/aquatint/src/checkpoints/open.node.ts";
import { joinQuantized } from "../../packages/aquatint/src/checkpoints/quantized/format.ts";
import { locationsOf } from "../../packages/aquatint/src/checkpoints/read.ts";
import { compile } from "../../packages/aquatint/src/compiler/compile.ts";
import type { WeightMemory } from "../../packages/aquatint/src/compiler/executable.ts";
import { parameters } from "../../packages/aquatint/src/nn/module.ts";
import { sliceOptions } from "../../packages/aquatint/src/pipelines/memory/plan.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import { leafOf, parts } from "./parts.ts";

const [name = "", folder = "", weightMemory = "packed", threads = "2", file] = process.argv.slice(2);
const part = parts[name]!;

const peakMB = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) >> 10;

async function timed<R>(work: () => Promise<R>) {
  const [wall, processor] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(processor);
  return { result, figures: { ms: performance.now() - wall, cpuMs: (user + system) / 1000, peakMB: peakMB() } };
}

async function load() {
  const runtime = await nodeRuntime({ threads: Number(threads) });
  const path = join(folder, file ?? part.file);
  const weights = joinQuantized(locationsOf(await openFileHeader(path)), { name: path });
  const traced = performance.now();
  const { module, trace } = part.create();
  const bound = await bindWeights(parameters(module as Parameters<typeof parameters>[0]), weights);
  const executable = compile({
    outputs: { y: trace(leafOf(part)) },
    ...bound,
    weightMemory: weightMemory as WeightMemory,
    ...sliceOptions(runtime.device),
  });
  const emitMs = performance.now() - traced;
  return { program: await runtime.load(executable), emitMs };
}

/** All calls of a step; the result of the last. */
async function step() {
  for (let call = 1; call < (part.calls ?? 1); call++) await loaded.program.run(part.feeds);
  return loaded.program.run(part.feeds);
}

const answer = (figures: object) => process.stdout.write(`${JSON.stringify(figures)}\n`);
const { result: loaded, figures } = await timed(load);
answer({ ...figures, emitMs: loaded.emitMs });
for await (const _ of createInterface({ input: process.stdin })) {
  const { result, figures } = await timed(step);
  answer({ ...figures, first: Array.from(result.y!.data.slice(0, 8)) });
}
process.exit();

import { fileURLToPath } from "node:url";
import { type Contender, contender, peer as peerProcess, type Timing } from "../peers/peer.ts";
import { parts } from "./parts.ts";
import { folderOf } from "./weights.ts";

/** What a process says of one piece of work. */
interface Figures extends Timing {
  readonly peakMB: number;
  /** The first numbers of the result. */
  readonly first?: readonly number[];
  /** Tracing and writing ONNX. */
  readonly emitMs?: number;
}

export interface FullSizeOptions {
  /** Whether the same work is done by PyTorch and diffusers too, in turns. */
  readonly peer?: boolean;
  readonly python?: string;
  /** Steps after the first. */
  readonly steps?: number;
  readonly weightMemory?: string;
  readonly threads?: number;
}

/** One part of a published model at its full size: loading, the first step, the median of the others, peak memory. */
export async function fullSizeBench(name: string, options: FullSizeOptions = {}) {
  const { peer = false, steps = 3 } = options;
  const everybody = starts(name, options);
  const turns = parts[name]?.sequential ? everybody.map((start) => [start]) : [everybody];
  const runs = [];
  for (const group of turns) runs.push(...(await inTurns(group, steps)));
  const [ours, theirs] = runs.map(summary);
  return { ...ours, ...(theirs && comparison(ours!, theirs)), ...(peer && { largestDifference: difference(runs) }) };
}

/** Starts all, has them make their steps in turns, and ends them. */
async function inTurns(starts: readonly (() => Contender<Figures>)[], steps: number): Promise<readonly Run[]> {
  const runs = [];
  for (const start of starts) {
    const process = start();
    const loading = await process.answer();
    const first = await process.ask();
    runs.push({ process, loading, first, toFirstStepMs: process.elapsed(), later: [] as Figures[] });
  }
  for (let i = 0; i < steps; i++) for (const run of runs) run.later.push(await run.process.ask());
  for (const { process } of runs) await process[Symbol.asyncDispose]();
  return runs;
}

/** Those who do the work, each in a process of its own. */
function starts(
  name: string,
  { peer = false, python = "python3", weightMemory = "packed", threads = 2 }: FullSizeOptions,
): readonly (() => Contender<Figures>)[] {
  const folder = folderOf(name);
  const child = fileURLToPath(new URL("./child.ts", import.meta.url));
  const nodeArgs = ["--import", "tsx", child, name, folder, weightMemory, String(threads)];
  const args = [name, folder, "--threads", String(threads)];
  return [
    () => contender<Figures>(process.execPath, nodeArgs),
    ...(peer ? [() => peerProcess<Figures>("full_size.py", { python, args })] : []),
  ];
}

interface Run {
  readonly loading: Figures;
  readonly first: Figures;
  readonly toFirstStepMs: number;
  readonly later: readonly Figures[];
}

const summary = ({ loading, first, toFirstStepMs, later }: Run) => {
  const steps = later.length > 0 ? later : [first];
  return {
    stepMs: Math.round(median(steps.map(({ ms }) => ms))),
    stepCpuMs: Math.round(median(steps.map(({ cpuMs }) => cpuMs))),
    loadMs: Math.round(loading.ms),
    loadCpuMs: Math.round(loading.cpuMs),
    toFirstStepMs: Math.round(toFirstStepMs),
    peakMB: Math.max(...[loading, first, ...later].map(({ peakMB }) => peakMB)),
    ...(loading.emitMs !== undefined && { emitMs: Math.round(loading.emitMs) }),
  };
};

function comparison(ours: Readonly<Record<string, number>>, theirs: Readonly<Record<string, number>>) {
  const entries = Object.entries(theirs).map(([key, value]) => [`peer.${key}`, value] as const);
  const ratios = Object.entries(theirs).map(([key, value]) => [`ratio.${key}`, round(ours[key]! / value)] as const);
  return Object.fromEntries([...entries, ...ratios]);
}

/** Between the first numbers of both results: the same weights and feeds must give the same. */
const difference = ([ours, theirs]: readonly Run[]): number =>
  Math.max(...ours!.first.first!.map((v, i) => Math.abs(v - theirs!.first.first![i]!)));

const round = (v: number): number => Math.round(v * 1000) / 1000;
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { folderOf } from "./weights.ts";

/** What a process says of one piece of work. */
interface Figures {
  readonly ms: number;
  /** Of all its threads: on a machine that others use too this says more than `ms`. */
  readonly cpuMs: number;
  readonly peakMB: number;
  /** The first numbers of the result. */
  readonly first?: readonly number[];
  /** Tracing and writing ONNX. */
  readonly emitMs?: number;
}

/** A process that answers each line of its input with a line of figures; first comes what loading took. */
interface Contender {
  next(): Promise<Figures>;
  /** From the start of the process. */
  elapsed(): number;
  end(): Promise<void>;
}

function contender(command: string, args: readonly string[]): Contender {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = Promise.race([once(child, "exit"), once(child, "error")]).then(([reason]) => {
    throw new Error(`${command} ended: ${reason}; for the peer: pip install -r bench/peers/requirements.txt`);
  });
  ended.catch(() => {}); // told by the call that waits
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let loaded = false;
  return {
    async next() {
      if (loaded) child.stdin.write("\n");
      loaded = true;
      const { value } = await Promise.race([lines.next(), ended]);
      return JSON.parse(value as string) as Figures;
    },
    elapsed: () => performance.now() - started,
    async end() {
      child.stdin.end();
      await ended.catch(() => {});
    },
  };
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

/** One part of Stable Diffusion 1.5 at its full size: loading, the first step, the median of the others, peak memory. */
export async function fullSizeBench(
  name: string,
  { peer = false, python = "python3", steps = 3, weightMemory = "packed", threads = 2 }: FullSizeOptions = {},
): Promise<Readonly<Record<string, number>>> {
  const folder = folderOf(name);
  const [child, script] = ["./child.ts", "../peers/sd15.py"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const starts = [
    () => contender(process.execPath, ["--import", "tsx", child!, name, folder, weightMemory, String(threads)]),
    ...(peer ? [() => contender(python, [script!, name, folder, "--threads", String(threads)])] : []),
  ];
  const runs = [];
  for (const start of starts) {
    const contending = start();
    const loading = await contending.next();
    const first = await contending.next();
    runs.push({ contending, loading, first, toFirstStepMs: contending.elapsed(), later: [] as Figures[] });
  }
  for (let i = 0; i < steps; i++) for (const run of runs) run.later.push(await run.contending.next());
  for (const { contending } of runs) await contending.end();
  const [ours, theirs] = runs.map(summary);
  return { ...ours, ...(theirs && comparison(ours!, theirs)), ...(peer && { largestDifference: difference(runs) }) };
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

import { fileURLToPath } from "node:url";
import { type Contender, contender, peer as peerProcess, type Timing } from "../peers/peer.ts";
import { quantizedFile } from "./int8.ts";
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
  /** Programs that do the same work, in turns with ours: see `peerRuntimes`. */
  readonly peers?: readonly string[];
  readonly python?: string;
  /** Steps after the first. */
  readonly steps?: number;
  readonly weightMemory?: string;
  /** "int8": our weights are in 8 bits, with the ranges of the feeds. */
  readonly precision?: string;
  readonly threads?: number;
}

/** Our own process with weights in float32, beside one in 8 bits. */
const FLOAT32_REFERENCE = "aquatint-float32";

/** The peers: PyTorch and OpenVINO (which takes bfloat16 where the processor has it), each in float32 too. */
export const peerRuntimes = ["torch", "torch-bfloat16", "openvino", "openvino-float32", FLOAT32_REFERENCE] as const;

/**
 * One part of a published model at its full size: loading, the first step, the median of the others, peak memory. Each peer makes its
 * steps in turns with ours, one peer after the other; where both do not fit into memory, ours end before.
 */
export async function fullSizeBench(name: string, options: FullSizeOptions = {}) {
  const { steps = 3, peers = [] } = options;
  const isSequential = peers.length === 0 || parts[name]?.sequential === true;
  const reference = await begin(await ownProcess(name, options));
  if (isSequential) await complete(reference, steps);
  const compared: [name: string, figures: object][] = [];
  for (const runtime of peers) {
    const peer = await begin(await peerOf(name, { ...options, runtime }));
    const turn = isSequential ? [peer] : [{ ...reference, later: [] }, peer];
    for (let i = 0; i < steps; i++) for (const run of turn) run.later.push(await run.process.ask());
    await peer.process[Symbol.asyncDispose]();
    const [ours, theirs] = [isSequential ? reference : turn[0]!, peer].map(summary);
    const largestDifference = difference(reference, peer);
    compared.push([runtime, { ...theirs, ratio: ratios(ours!, theirs!), largestDifference }]);
    if (!isSequential) reference.later.push(...turn[0]!.later);
  }
  if (!isSequential) await reference.process[Symbol.asyncDispose]();
  return { ...summary(reference), ...(peers.length > 0 && { peers: Object.fromEntries(compared) }) };
}

async function begin(process: Contender<Figures>): Promise<Run> {
  const loading = await process.answer();
  const first = await process.ask();
  return { process, loading, first, toFirstStepMs: process.elapsed(), later: [] };
}

async function complete({ process, later }: Run, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) later.push(await process.ask());
  await process[Symbol.asyncDispose]();
}

async function ownProcess(
  name: string,
  { weightMemory = "packed", threads = 2, precision }: FullSizeOptions,
): Promise<Contender<Figures>> {
  const file = precision === "int8" ? [await quantizedFile(name)] : [];
  const child = fileURLToPath(new URL("./child.ts", import.meta.url));
  const args = ["--import", "tsx", child, name, folderOf(name), weightMemory, String(threads), ...file];
  return contender(process.execPath, args);
}

interface PeerOptions extends FullSizeOptions {
  readonly runtime: string;
}

/** Another program, after it has made what it needs; or our own with weights in float32. */
async function peerOf(name: string, options: PeerOptions): Promise<Contender<Figures>> {
  const { python = "python3", threads = 2, runtime } = options;
  if (runtime === FLOAT32_REFERENCE) return ownProcess(name, { ...options, precision: "float32" });
  const args = [name, folderOf(name), "--threads", String(threads), "--runtime", runtime];
  await using preparation = peerProcess<Figures>("full_size.py", { python, args: [...args, "--prepare"] });
  await preparation.answer();
  return peerProcess("full_size.py", { python, args });
}

interface Run {
  readonly process: Contender<Figures>;
  readonly loading: Figures;
  readonly first: Figures;
  readonly toFirstStepMs: number;
  readonly later: Figures[];
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

/** Our figures as shares of a peer's. */
const ratios = (ours: Readonly<Record<string, number>>, theirs: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(theirs).map(([key, value]) => [key, round(ours[key]! / value)]));

/** Between the first numbers of both results: the same weights and feeds must give the same. */
const difference = (ours: Run, theirs: Run): number =>
  Math.max(...ours.first.first!.map((v, i) => Math.abs(v - theirs.first.first![i]!)));

const round = (v: number): number => Math.round(v * 1000) / 1000;
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

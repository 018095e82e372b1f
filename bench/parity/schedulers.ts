import { join } from "node:path";
import { schedulerFromConfig } from "../../packages/aquatint/src/diffusion/diffusers/scheduler-config.ts";
import { betaSchedules } from "../../packages/aquatint/src/diffusion/process/schedules.ts";
import type { Scheduler } from "../../packages/aquatint/src/diffusion/scheduler.ts";
import { AquatintError } from "../../packages/aquatint/src/errors.ts";
import { readSafetensors, readText } from "../../packages/aquatint/src/formats/files.node.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensors } from "../../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { torchCpu } from "../../packages/aquatint/src/math/random.ts";
import { judged, maxError, type Outcome, type ParityKind } from "./check.ts";

const TOLERANCE = 1e-4;

/** One run of a scheduler, as schedulers.json lists it. */
interface Run {
  readonly label: string;
  readonly scheduler: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly step_args: { readonly eta?: number };
  readonly noise_seed: number;
  readonly sample_seed: number;
  /** "scaled_input * t/(t+1)", with a factor behind it for some. */
  readonly model: string;
}

/** `schedulers.json` with its tensors: whole runs of diffusers' schedulers, and the published schedules. */
export const schedulers: ParityKind = {
  claims: (entries) => entries.filter((name) => /^schedulers\.(json|safetensors)$/.test(name)),
  async *run(folder, entries) {
    if (entries.length < 2) {
      yield { check: entries[0]!, skipped: "schedulers.json and schedulers.safetensors belong together" };
      return;
    }
    const runs = JSON.parse(await readText(join(folder, "schedulers.json"))) as readonly Run[];
    const { tensors } = await readSafetensors(join(folder, "schedulers.safetensors"));
    yield* publishedSchedules(tensors);
    for (const run of runs) yield* compareRun(run, tensors);
  },
};

function read(tensors: RawTensors, name: string): Float32Array | undefined {
  const raw = tensors.get(name);
  return raw && toFloat32(raw, { name });
}

function* publishedSchedules(tensors: RawTensors): Generator<Outcome> {
  for (const check of [...tensors.keys()].filter((name) => name.startsWith("alphas_cumprod/"))) {
    const name = check.slice("alphas_cumprod/".length);
    if (!Object.hasOwn(betaSchedules, name)) {
      yield { check, skipped: `no schedule is known by the name ${name}` };
      continue;
    }
    const expected = read(tensors, check)!;
    const schedule = betaSchedules[name as keyof typeof betaSchedules]({
      steps: expected.length,
      betaStart: 0.0001,
      betaEnd: 0.02,
    });
    const actual = expected.map((_, i) => schedule.alphaBar(i + 1));
    yield judged(check, maxError(actual, expected), TOLERANCE);
  }
}

async function* compareRun(run: Run, tensors: RawTensors): AsyncGenerator<Outcome> {
  const check = `schedulers/${run.label}`;
  const expected = (what: string) => read(tensors, `${run.label}/${what}`);
  const scheduler = readScheduler(run);
  if (typeof scheduler === "string") {
    yield { check, skipped: scheduler };
    return;
  }
  const lists = { timesteps: scheduler.timesteps(run.steps), sigmas: scheduler.sigmas(run.steps) };
  for (const [what, actual] of Object.entries(lists)) {
    const list = expected(what);
    if (list) yield judged(`${check}/${what}`, maxError(actual, list), TOLERANCE);
  }
  const trajectory = expected("trajectory");
  if (!trajectory) yield { check: `${check}/trajectory`, skipped: "the reference holds none" };
  else
    yield judged(
      `${check}/trajectory`,
      await trajectoryError(run, scheduler, trajectory, shapeOf(run, tensors)),
      TOLERANCE,
    );
}

const shapeOf = ({ label }: Run, tensors: RawTensors) => tensors.get(`${label}/trajectory`)!.shape;

/** A refusal is the reason why a run is skipped. */
function readScheduler({ scheduler, config }: Run): Scheduler | string {
  try {
    return schedulerFromConfig({ _class_name: scheduler, ...config });
  } catch (error) {
    if (error instanceof AquatintError) return error.message;
    throw error;
  }
}

async function trajectoryError(
  { steps, model, noise_seed, sample_seed, step_args }: Run,
  scheduler: Scheduler,
  expected: Float32Array,
  [rows, ...shape]: readonly number[],
): Promise<number> {
  const size = shape.reduce((a, b) => a * b, 1);
  const factor = Number(/\* ([\d.]+)$/.exec(model)?.[1] ?? 1);
  const stream = torchCpu(noise_seed);
  const scale = scheduler.initialNoiseScale(steps);
  const x = torchCpu(sample_seed)
    .randn(size)
    .map((v) => v * scale);
  const network = async (input: Float32Array, t: number) => input.map((v) => (factor * v * t) / (t + 1));
  const path: Float32Array[] = [x];
  const run = scheduler.run({ steps, x, rows: 1, network, noise: () => stream.randn(size), samplerOptions: step_args });
  for await (const step of run) path.push(step.x);
  const every = (path.length - 1) / (rows! - 1);
  if (!Number.isInteger(every)) return Number.POSITIVE_INFINITY;
  return maxError(Array.from({ length: rows! }, (_, k) => Array.from(path[k * every]!)).flat(), expected);
}

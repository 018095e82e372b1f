import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng } from "../formats/png/png.ts";
import type { EvaluationRecord, SessionRecord, StepRecord } from "../train/run/events.ts";

/** Options of a constructed run. */
export interface WrittenRunOptions {
  /** Steps that are recorded. */
  readonly steps?: number;
  /** True if the last one ends the run, and has its checkpoint. */
  readonly ended?: boolean;
  readonly config?: object;
  /** Parts of the last line of its metrics, as a killed process leaves them. */
  readonly torn?: string;
  /** The process that holds its folder. */
  readonly holder?: number;
}

/** An empty folder for runs. */
export const runsFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "aquatint-runs-"));

const session: SessionRecord = {
  started: "2026-11-23T08:00:00.000Z",
  step: 0,
  parameters: 2_345_678,
  device: "cpu",
  machine: { processor: "A <fast> one", cores: 8, memory: 16, system: "linux x64", node: "v20.19.0" },
};

/** Steps of a whole run. */
const TOTAL_STEPS = 40;

const stepOf = (step: number, { steps = TOTAL_STEPS, ended = false }: WrittenRunOptions): StepRecord => ({
  step,
  loss: 1 / step,
  gradNorm: 0.5,
  metrics: { loss_0_25: 2 / step, loss_25_100: 1 / step, psnr: step },
  learningRate: 1e-3,
  progress: step / TOTAL_STEPS,
  seconds: 3 * step,
  secondsPerStep: 3,
  secondsLeft: 3 * (TOTAL_STEPS - step),
  memory: 700,
  ...(ended && step === steps && { ended: "steps" }),
});

const lines = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Writes a run's folder as training does: a loss of 1 / step, samples each ten steps, an evaluation each twenty. */
export async function writtenRun(folder: string, options: WrittenRunOptions = {}): Promise<string> {
  const { steps = TOTAL_STEPS, ended = false, config, torn = "", holder } = options;
  for (const part of ["samples", "checkpoints"]) await mkdir(join(folder, part), { recursive: true });
  const write = (path: string, content: string | Uint8Array) => writeFile(join(folder, path), content);
  const training = { steps: TOTAL_STEPS, batch_size: 8, learning_rate: 1e-3 };
  await write("config.json", JSON.stringify({ task: "denoising", dataset: { name: "digits" }, training, ...config }));
  const records = Array.from({ length: steps }, (_, i) => stepOf(i + 1, options));
  await write("metrics.jsonl", lines(records) + torn);
  const at = records.filter(({ step }) => step % 20 === 0);
  const evaluations = at.map(({ step, seconds }): EvaluationRecord => ({ step, seconds, metrics: { psnr: step / 2 } }));
  await write("evaluations.jsonl", lines(evaluations));
  await write("sessions.jsonl", lines([session]));
  const image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 0, 255) } as const;
  for (let step = 10; step <= steps; step += 10) {
    await write(`samples/step-${String(step).padStart(7, "0")}.png`, encodePng(image));
  }
  if (ended) await write(`checkpoints/step-${String(steps).padStart(7, "0")}.safetensors`, "");
  if (holder !== undefined) await write("run.lock", `${holder}\n`);
  return folder;
}

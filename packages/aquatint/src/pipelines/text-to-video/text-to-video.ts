import { checkedFinite } from "../../diffusion/finite.ts";
import { noised } from "../../diffusion/process/forward.ts";
import { type Latent, mapRows, rowsOf } from "../../diffusion/process/latent.ts";
import { batchNoise } from "../../diffusion/samplers/loop.ts";
import { levelFinder } from "../../diffusion/scheduler.ts";
import { type Image, tensorToImage } from "../../formats/image/image.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import type { Seed } from "../../math/random.ts";
import { itemAt } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { Previewer } from "../preview/preview.ts";
import { denoise } from "../text-to-image/denoise.ts";
import { type NoiseStreams, noiseStreams } from "../text-to-image/noise.ts";
import type { EvaluationEvent } from "../text-to-image/text-to-image.ts";
import { clipControls } from "./clip-controls.ts";
import { frameOf } from "./clip-shape.ts";
import { clipConditions } from "./frame-conditions.ts";
import { mixedFrequencies } from "./free-init.ts";
import { initialClips } from "./initial-clip.ts";
import type { TextToVideoPlan } from "./plan.ts";

/** A frame of a finished clip, as soon as it is decoded. */
export interface FrameEvent {
  readonly type: "frame";
  /** Index of the clip in the batch, from 0. */
  readonly row: number;
  /** Index of the frame of `frames`, from 0. */
  readonly index: number;
  readonly frames: number;
  readonly image: Image;
}
/** A finished clip. */
export interface VideoEvent {
  readonly type: "video";
  readonly seed: Seed;
  readonly frames: readonly Image[];
  /** Frames a second. */
  readonly fps: number;
}
/** An event of `textToVideo`; the latents of an evaluation are a clip's, [c, f, h, w], its preview is of the middle frame. */
export type TextToVideoEvent = Omit<EvaluationEvent, "images"> | FrameEvent | VideoEvent;

/** Options of `textToVideo`. */
export interface TextToVideoRun {
  readonly signal?: AbortSignal | undefined;
  /** Makes the small image that comes with the end of each step; none if absent. */
  readonly previewer?: Previewer | undefined;
  /** The seed of each clip of the batch; the plan's seed for one clip if absent. */
  readonly seeds?: readonly Seed[] | undefined;
}

/** Makes a batch of clips of the prompt; yields every evaluation, then each clip's frames and the clip. */
export async function* textToVideo(
  network: TextToImageNetwork,
  plan: TextToVideoPlan,
  run: TextToVideoRun = {},
): AsyncGenerator<TextToVideoEvent, void, void> {
  const { signal, seeds = [plan.seed] } = run;
  const streams = seeds.map((seed) => noiseStreams({ ...plan, seed }, sizeOf(plan.clipShape)));
  const last = yield* denoisedClips(network, plan, { ...run, streams });
  for (const [row, clip] of rowsOf(last, streams.length).entries()) {
    checkedFinite(clip, () => ({ cause: "step", what: "the latent to be decoded" }));
    const frames: Image[] = [];
    for (let index = 0; index < plan.frames; index++) {
      const image = await decodedFrame(network, plan, { latent: frameOf(clip, index, plan.clipShape), signal });
      frames.push(image);
      yield { type: "frame", row, index, frames: plan.frames, image };
    }
    yield { type: "video", seed: itemAt(seeds, row), frames, fps: plan.fps };
  }
}

interface ClipsRun extends TextToVideoRun {
  readonly streams: readonly NoiseStreams[];
}

/** The evaluations of all iterations; returns the last x of the clips. */
async function* denoisedClips(
  network: TextToImageNetwork,
  plan: TextToVideoPlan,
  { streams, signal, previewer }: ClipsRun,
): AsyncGenerator<TextToVideoEvent, Latent, void> {
  const { clipShape, conditionings, begin, freeInit, windows } = plan;
  const rows = streams.length;
  const { cfgBatch, weights } = itemAt(conditionings, 0).conditioning;
  const conditions = await clipConditions(network, conditionings, { frames: plan.frames, rows, signal });
  const initial = await initialClips(plan, { network, streams, signal });
  // the motion modules' windows belong to the clip, not to a step
  const windowed: TextToImageNetwork = {
    ...network,
    predict: (x, t, conditions, options) => network.predict(x, t, conditions, { ...options, windows }),
  };
  let { x } = initial;
  const iterations = freeInit?.iterations ?? 1;
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (freeInit && iteration > 0) x = reinitialized(x, { plan, eps: initial.eps, streams });
    const steps = denoise(windowed, {
      ...{ ...plan, rows, cfgBatch, weights, conditions, x, signal, project: initial.project },
      latentShape: clipShape,
      separate: true,
      controls: clipControls(plan, cfgBatch * rows),
      noise: batchNoise(streams.map(({ noise }) => noise)),
    });
    for await (const step of steps) {
      x = step.x;
      const n = step.n - begin;
      const at = { i: step.i - begin + iteration * n, n: n * iterations };
      yield* evaluationsOf(step, { ...at, rows, plan, previewer });
    }
  }
  return x;
}

type Step = Awaited<ReturnType<ReturnType<typeof denoise>["next"]>>["value"];
type DenoiseStep = Exclude<Step, Latent>;

interface StepContext {
  readonly i: number;
  readonly n: number;
  readonly rows: number;
  readonly plan: TextToVideoPlan;
  readonly previewer: Previewer | undefined;
}

/** One evaluation of the network as an event for each clip. */
async function* evaluationsOf(step: DenoiseStep, { i, n, rows, plan, previewer }: StepContext) {
  const { level, timestep, final, estimated } = step;
  const [inputs, estimates, results] = [rowsOf(step.input, rows), rowsOf(step.x0, rows), rowsOf(step.x, rows)];
  const middle = Math.floor(plan.frames / 2);
  for (let row = 0; row < rows; row++) {
    const latents = { x: itemAt(inputs, row), x0: itemAt(estimates, row), latent: itemAt(results, row) };
    const frame = final && previewer ? frameOf(latents.x0, middle, plan.clipShape) : undefined;
    const preview = frame && previewer && { preview: await previewer(frame, plan.latentShape) };
    yield { type: "evaluation" as const, row, i, n, level, timestep, ...latents, final, estimated, ...preview };
  }
}

interface Reinitialization {
  readonly plan: TextToVideoPlan;
  readonly eps: Latent;
  readonly streams: readonly NoiseStreams[];
}

/** The clips noised again with their first noise, whose quick frequencies are drawn anew. */
function reinitialized(x: Latent, { plan, eps, streams }: Reinitialization): Latent {
  const { freeInit, clipShape } = plan;
  if (!freeInit) return x;
  const [, ...shape] = clipShape;
  const { time, steps } = levelFinder(plan.scheduler);
  const first = noised(time(steps), { x0: x, eps });
  const scale = plan.scheduler.initialNoiseScale(plan.scheduler.path(plan.steps));
  return mapRows(first, streams.length, (row, k) => {
    const drawn = itemAt(streams, k)
      .start.randn(row.length)
      .map((v) => v * scale);
    return mixedFrequencies(row, drawn, { shape, freeInit });
  });
}

interface FrameDecode {
  readonly latent: Float32Array<ArrayBuffer>;
  readonly signal: AbortSignal | undefined;
}

async function decodedFrame(
  network: TextToImageNetwork,
  { latentShape, width, height }: TextToVideoPlan,
  { latent, signal }: FrameDecode,
): Promise<Image> {
  const decoded = await network.decode(float32([1, ...latentShape], latent), { signal });
  checkedFinite(decoded, () => ({ cause: "decoder", what: "the decoded frame of a finite latent" }));
  return tensorToImage(decoded, { width, height });
}

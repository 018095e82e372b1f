import { join } from "node:path";
import { openModel } from "../../packages/aquatint/src/checkpoints/open.node.ts";
import { schedulerSettings } from "../../packages/aquatint/src/diffusion/diffusers/scheduler-config.ts";
import { readSafetensors, readText } from "../../packages/aquatint/src/formats/files.node.ts";
import type { ImageValues } from "../../packages/aquatint/src/formats/image/values.ts";
import { parseJsonObject } from "../../packages/aquatint/src/formats/json.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensors } from "../../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { float32 } from "../../packages/aquatint/src/graph/host-tensor.ts";
import type { WindowWeighting } from "../../packages/aquatint/src/models/motion/index.ts";
import { adaptedModel } from "../../packages/aquatint/src/pipelines/adapters/adapted-model.node.ts";
import { textToImageNetwork } from "../../packages/aquatint/src/pipelines/network/network.ts";
import { frameOf } from "../../packages/aquatint/src/pipelines/text-to-video/clip-shape.ts";
import type { FrameNoise } from "../../packages/aquatint/src/pipelines/text-to-video/frame-noise.ts";
import type { TextToVideoOptions } from "../../packages/aquatint/src/pipelines/text-to-video/options.ts";
import { planTextToVideo } from "../../packages/aquatint/src/pipelines/text-to-video/plan.ts";
import { textToVideo } from "../../packages/aquatint/src/pipelines/text-to-video/text-to-video.ts";
import { nodeRuntime } from "../../packages/aquatint/src/runtime/runtime.node.ts";
import type { Runtime } from "../../packages/aquatint/src/runtime/types.ts";
import { guarded, judged, type Outcome, type ParityKind } from "./check.ts";
import { argumentNames, largestDifference, unitRows } from "./compare-images.ts";

const TOLERANCE = 1e-3;
const JSON_FILE = "video.json";
const TENSORS_FILE = "video.safetensors";

/** One run of an AnimateDiff pipeline, as video.json lists it. */
export interface VideoCase {
  readonly name: string;
  readonly model: string;
  readonly scheduler: string;
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** diffusers' arguments; a prompt may be one for each of some frames. */
  readonly args: Readonly<Record<string, string | number | Readonly<Record<string, string>>>>;
  /** Folder of the motion adapter. */
  readonly motion: string;
  readonly motion_lora?: string;
  readonly motion_lora_scale?: number;
  readonly free_noise?: FreeNoise;
  readonly free_init?: { readonly num_iters?: number };
  /** Says that the tensors hold the frames to begin with. */
  readonly frames?: string;
}

interface FreeNoise {
  readonly context_length: number;
  readonly context_stride: number;
  readonly weighting_scheme: WindowWeighting;
  readonly noise_type: "shuffle_context" | "repeat_context" | "random";
}

/** diffusers 0.36 compares the wrong field for "repeat_context", so that its noise does not repeat. */
const frameNoises: Readonly<Record<FreeNoise["noise_type"], FrameNoise>> = {
  shuffle_context: "shuffle",
  repeat_context: "random",
  random: "random",
};

/** `video.json` with its tensors: whole runs of diffusers' AnimateDiff pipelines. */
export const videos: ParityKind = {
  claims: (entries) => entries.filter((name) => name === JSON_FILE || name === TENSORS_FILE),
  async *run(folder, entries) {
    if (!entries.includes(TENSORS_FILE) || !entries.includes(JSON_FILE)) {
      yield { check: JSON_FILE, skipped: `${JSON_FILE} and ${TENSORS_FILE} belong together` };
      return;
    }
    const text = await readText(join(folder, JSON_FILE));
    const cases = parseJsonObject(`{"cases":${text}}`, { name: JSON_FILE })["cases"] as readonly VideoCase[];
    const { tensors } = await readSafetensors(join(folder, TENSORS_FILE));
    await using runtime = await nodeRuntime();
    for (const run of cases) yield* guarded(run.name, compareVideo(run, { runtime, folder, tensors }));
  },
};

/** Where a case's files and tensors are. */
export interface VideoSite {
  readonly runtime: Runtime;
  readonly folder: string;
  readonly tensors: RawTensors;
  /** Name of the check; the case's own if absent. */
  readonly check?: string;
}

/** Compares every evaluation's latent and the frames of a case with the folder's. */
export async function* compareVideo(run: VideoCase, site: VideoSite): AsyncGenerator<Outcome> {
  const { name, seed, args, motion_lora: lora, motion_lora_scale: scale } = run;
  const { runtime, folder, tensors, check = name } = site;
  const supported = [...Object.keys(argumentNames), "num_frames"];
  const unknown = Object.keys(args).find((key) => !supported.includes(key));
  if (unknown !== undefined) {
    yield { check, skipped: `the pipelines take no ${unknown}` };
    return;
  }
  const model = await adaptedModel(await openModel(join(folder, run.model)), {
    motion: join(folder, run.motion),
    ...(lora !== undefined && { loras: [{ file: join(folder, lora), scale }] }),
  });
  const scheduler = schedulerSettings({ _class_name: run.scheduler, ...run.scheduler_config });
  const plan = await planTextToVideo({ ...model, scheduler }, { ...optionsOf(run, tensors), seed });
  const { modules } = model;
  await using network = textToImageNetwork({ runtime, modules, ...(await model.binding()) });
  const latents: Float32Array[] = [];
  for await (const event of textToVideo(network, plan)) {
    if (event.type === "evaluation") latents.push(event.latent);
  }
  const image: number[] = [];
  const last = latents.at(-1) ?? new Float32Array(0);
  for (let f = 0; f < plan.frames; f++) {
    const frame = float32([1, ...plan.latentShape], frameOf(last, f, plan.clipShape));
    image.push(...unitRows(await network.decode(frame)));
  }
  for (const [kind, values] of Object.entries({ latents: latents.flatMap((x) => [...x]), image })) {
    const raw = tensors.get(`${name}/${kind}`);
    if (raw) yield judged(`${check}/${kind}`, scaledDifference(values, toFloat32(raw, { name })), TOLERANCE);
  }
}

/**
 * The largest difference, as a share of the largest number where that is above 1. Latents of random weights reach 50 and more, and
 * with LCM's few steps round-off grows with them: PyTorch 2.15 on one and on two threads differs by 0.0023 in `video-lcm`.
 */
function scaledDifference(actual: ArrayLike<number>, expected: Float32Array): number {
  const largest = expected.reduce((maximum, v) => Math.max(maximum, Math.abs(v)), 1);
  return largestDifference(actual, expected) / largest;
}

function optionsOf(
  { name, args, free_noise: noise, free_init, frames }: VideoCase,
  tensors: RawTensors,
): TextToVideoOptions {
  const { prompt } = args;
  const shared = Object.entries(args).flatMap(([key, value]) => {
    const option = argumentNames[key];
    return option ? [[option, value] as const] : [];
  });
  return {
    ...Object.fromEntries(shared),
    prompt: typeof prompt === "object" ? keysOf(prompt) : String(prompt ?? ""),
    ...(free_init && { freeInit: { iterations: free_init.num_iters } }),
    ...(args["num_frames"] !== undefined && { frames: Number(args["num_frames"]) }),
    ...(frames !== undefined && { init: framesIn(tensors, `${name}/frames`) }),
    ...(noise && {
      frameNoise: frameNoises[noise.noise_type],
      windows: {
        length: noise.context_length,
        stride: noise.context_stride,
        weighting: noise.weighting_scheme,
        lastWindow: "diffusers",
      },
    }),
  };
}

const keysOf = (prompts: Readonly<Record<string, string>>) =>
  Object.entries(prompts).map(([frame, prompt]) => ({ frame: Number(frame), prompt }));

/** Frames [f, 3, h, w] in 0 .. 1. */
function framesIn(tensors: RawTensors, key: string): readonly ImageValues[] {
  const raw = tensors.get(key);
  if (!raw) throw new Error(`the tensors hold no ${key}`);
  const [count = 0, , height = 0, width = 0] = raw.shape;
  const values = toFloat32(raw, { name: key }).map((v) => 2 * v - 1);
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => ({ width, height, data: values.slice(i * size, (i + 1) * size) }));
}

import type { FrameAttention } from "@aquatint/lab/inspect";
import { AquatintError, type Model, openModel, type Runtime } from "aquatint";
import type { Image } from "aquatint/formats";
import { type MotionModules, motionModules } from "aquatint/pipelines";
import { webRuntime } from "aquatint/web";
import { engineThreads } from "../../../engine/device.ts";
import { hostedModel } from "../../../engine/hosted/hosted-model.ts";
import { motionFiles } from "../../../engine/hosted/motion-files.ts";
import { once } from "../../model/lecture-model.ts";
import { AttentionMean } from "./attention-mean.ts";
import { type ClipMaker, type ClipOptions, type ClipProgress, clipMaker, clipProgress, planClip } from "./clips.ts";

/** Input of every job: a clip, and the visitor's adapter in place of the host's. */
export interface ClipParams extends ClipOptions {
  /** The address of the site. */
  readonly root: string;
  readonly file: File | undefined;
}

/** The adapter that is used, or what to do as there is none. */
export interface AdapterState {
  readonly name: string | undefined;
  readonly missing: { readonly message: string; readonly hint: string | undefined } | undefined;
  /** Frames that see each other at most. */
  readonly maxFrames: number;
}

/** Both clips as they come. */
export interface PairState extends AdapterState {
  /** Evaluations of each clip. */
  readonly n: number;
  readonly without: ClipProgress;
  readonly motion: ClipProgress;
}

/** The clip with motion modules, and where its frames look. */
export interface AttentionState extends AdapterState {
  readonly n: number;
  readonly clip: ClipProgress;
  /** The mean over the evaluations so far. */
  readonly layers: readonly FrameAttention[];
}

let root = "";
const openedImages = once(async (): Promise<{ readonly published: Model; readonly runtime: Runtime }> => {
  const starting = webRuntime({ device: "wasm", threads: engineThreads(navigator.hardwareConcurrency) });
  starting.catch(() => {}); // awaited below; a download that fails comes first
  const { published } = await hostedModel(`${root}model/`, () => {});
  return { published, runtime: await starting };
});
const plainMaker = once(async () => clipMaker({ ...(await openedImages()), motion: undefined }));

interface MotionMaker {
  readonly file: File | undefined;
  readonly maker: ClipMaker;
  readonly name: string;
}
let current: MotionMaker | undefined;

/** The maker with the adapter of a file or of the host, kept until another file is opened. */
async function motionMaker(file: File | undefined): Promise<MotionMaker> {
  if (current?.file === file && current !== undefined) return current;
  const { files } = await motionFiles({ base: `${root}motion/`, file }, () => {});
  const motion: MotionModules = await motionModules(await openModel(files));
  const maker = await clipMaker({ ...(await openedImages()), motion });
  await current?.maker.network[Symbol.asyncDispose]();
  current = { file, maker, name: file?.name ?? files.name };
  return current;
}

/** The maker with modules, where there is an adapter. */
async function adapterOf({ root: address, file }: ClipParams) {
  root = address;
  try {
    const { maker, name } = await motionMaker(file);
    return { maker, adapter: { name, missing: undefined, maxFrames: maker.maxFrames } };
  } catch (error) {
    if (!(error instanceof AquatintError) || error.code !== "studio/motion") throw error;
    const { maxFrames } = await plainMaker();
    const { message, hint } = error;
    return { maker: undefined, adapter: { name: undefined, missing: { message, hint }, maxFrames } };
  }
}

const nothing: ClipProgress = { step: 0, frames: [] as readonly Image[] };

/** What the figures of this page compute. */
export const jobs = {
  /** Frames from the same noise, each for itself and then current. */
  async *pair(params: ClipParams, signal: AbortSignal): AsyncGenerator<PairState> {
    const { maker, adapter } = await adapterOf(params);
    const options = { ...params, frames: Math.min(params.frames, adapter.maxFrames) };
    let state: PairState = { ...adapter, n: params.steps, without: nothing, motion: nothing };
    yield state;
    const plain = await plainMaker();
    for await (const without of clipProgress(plain, await planClip(plain, options), signal)) {
      state = { ...state, without };
      yield state;
    }
    if (!maker) return;
    for await (const clip of clipProgress(maker, await planClip(maker, options), signal)) {
      state = { ...state, motion: clip };
      yield state;
    }
  },
  /** Where the frames of a clip look. */
  async *attention(params: ClipParams, signal: AbortSignal): AsyncGenerator<AttentionState> {
    const { maker, adapter } = await adapterOf(params);
    const state: AttentionState = { ...adapter, n: params.steps, clip: nothing, layers: [] };
    yield state;
    if (!maker) return;
    const options = { ...params, frames: Math.min(params.frames, adapter.maxFrames) };
    const mean = new AttentionMean();
    let step = 0;
    for await (const clip of clipProgress(maker, await planClip(maker, options), signal)) {
      if (clip.step > step) mean.add(maker.attention());
      step = clip.step;
      yield { ...state, clip, layers: mean.layers() };
    }
  },
};

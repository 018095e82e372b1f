import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "aquatint";
import type { Dataset } from "aquatint/data";
import { type Image, imagesToTensor, tensorToImages } from "aquatint/formats";
import {
  diskFiles,
  nodeRuntime,
  openDataset,
  openTextToImage,
  openTextToVideo,
  readDatasetConfig,
} from "aquatint/node";
import {
  planTextToImage,
  planTextToVideo,
  type TextToImageModel,
  type TextToImageNetwork,
  type TextToVideoOptions,
  textToImage,
  textToImageNetwork,
  textToVideo,
} from "aquatint/pipelines";
import { AquatintError, itemAt, optionalPackage, required } from "aquatint/util";
import { expectNames, type Judge, openJudge } from "../evaluate/judge.ts";
import { type RealClip, realClips, restingCaption } from "./captions.ts";
import { type LabeledFeatures, type MotionClassifier, trainMotionClassifier } from "./classifier.ts";
import { motionFeatures } from "./features.ts";
import { flickerOf } from "./flicker.ts";
import { type ClipPair, type JudgedClip, type MotionEvaluation, motionEvaluation } from "./report.ts";
import { segmentOf } from "./segmentation.ts";

/** Options of an evaluation of motions; what is left out is the model's own choice. */
export interface EvaluateMotionOptions extends Pick<TextToVideoOptions, "sampler" | "steps" | "guidance"> {
  /** Folder of a text-to-image model. */
  readonly model: string;
  /** Folder of a motion adapter. */
  readonly motion: string;
  /** File of the configuration of "emoji-clips", or of a run on it. */
  readonly data: string;
  /** Folder of a classifier of things; the folder SIZE in `judges` if absent, and no question about things where there is none. */
  readonly judge?: string;
  readonly judges?: string;
  /** Clips to make, half of them of pairs of thing and motion that training never saw; 52 if absent. */
  readonly count?: number;
  /** Real clips that the classifier of motions learns from; 650 if absent. */
  readonly examples?: number;
  /** Seed of the first clip; the others follow. */
  readonly seed?: number;
  readonly threads?: number;
}

/** Defaults of an evaluation. */
export const motionDefaults = { count: 52, examples: 650, seed: 1000 } as const;

/** A clip is made, or all is done. */
export type MotionEvent =
  | { readonly type: "examples"; readonly n: number }
  | {
      readonly type: "clip";
      readonly i: number;
      readonly n: number;
      readonly caption: string;
      readonly judged: JudgedClip;
      readonly frames: readonly Image[];
      readonly seconds: number;
    }
  | { readonly type: "evaluation"; readonly evaluation: MotionEvaluation };

const emoji = { name: "@aquatint/emoji", load: () => import("@aquatint/emoji") };
/** Seeds of the captions and of the classifier's clips: no run of the trainer has them. */
const [CAPTIONS_SEED, EXAMPLES_SEED] = [6_000_011, 7_000_003];
/** Frames in which the judge looks for things, by their share of the clip. */
const LOOKS = [0, 0.33, 0.67] as const;

/**
 * Makes clips of captions with known motions and judges them: the motion by a classifier of paths that learns from real clips,
 * the things by the judge of images, the background by its flicker. Real clips of the same captions, encoded and decoded by
 * the model's autoencoder, are the ceiling.
 */
export async function* evaluateMotion(options: EvaluateMotionOptions): AsyncGenerator<MotionEvent, void, void> {
  const { count = motionDefaults.count, examples = motionDefaults.examples, threads } = options;
  const { seed = motionDefaults.seed } = options;
  const { emojiNames } = await optionalPackage(emoji, "the evaluation of emoji clips");
  const model = await openTextToVideo(options.model, { motion: options.motion });
  const dataset = await plainClips(options.data);
  await using runtime = await nodeRuntime({ ...(threads && { threads }) });
  await using judge = await judgeOf(options, { dataset, runtime });
  const classify = trainMotionClassifier(await examplesOf(dataset, examples));
  yield { type: "examples", n: examples };
  await using network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  await using images = await imageMaker(options, runtime);
  const tools: Tools = { network, model, judge, classify, dataset };
  const pairs: ClipPair[] = [];
  for (const unseen of [false, true]) {
    for await (const real of realClips(dataset, { count: count / 2, seed: CAPTIONS_SEED, unseen })) {
      const i = pairs.length;
      const output = await makeClip(real.caption, tools, { ...options, seed: seed + i });
      const generated = await judged(output.frames, real, tools);
      yield { type: "clip", i, n: count, caption: real.caption, judged: generated, ...output };
      const still = judge && (await images.make(restingCaption(real.truth, emojiNames), seed + i));
      pairs.push({
        unseen,
        generated,
        real: await judged(await decoded(real.frames, tools), real, tools),
        image: still && (await thingsIn([still], real, required(judge, "judge"))),
      });
    }
  }
  yield { type: "evaluation", evaluation: motionEvaluation(pairs) };
}

/** The clips of a configuration with plain backgrounds, and none of animated emoji. */
async function plainClips(path: string): Promise<Dataset> {
  const config = (await readDatasetConfig(path)) as { readonly name?: unknown };
  if (config.name === "emoji-clips") return openDataset({ ...config, backgrounds: { solid: 1 }, animated: 0 });
  throw new AquatintError(
    "evaluate/data",
    `${path} names the data set ${JSON.stringify(config.name)}, expected "emoji-clips"`,
    {
      hint: "name the configuration that the clips were encoded from: --data",
    },
  );
}

async function examplesOf(dataset: Dataset, count: number): Promise<readonly LabeledFeatures<RealClip["motion"]>[]> {
  const all: LabeledFeatures<RealClip["motion"]>[] = [];
  for await (const { frames, motion } of realClips(dataset, { count, seed: EXAMPLES_SEED, unseen: false })) {
    all.push({ features: motionFeatures(frames), label: motion });
  }
  return all;
}

interface JudgeSetting {
  readonly dataset: Dataset;
  readonly runtime: Runtime;
}

/** The judge of things; undefined where none is named and none lies there for this size. */
async function judgeOf(
  { judge, judges }: EvaluateMotionOptions,
  { dataset, runtime }: JudgeSetting,
): Promise<Judge | undefined> {
  const usual = judges === undefined ? undefined : join(judges, String(dataset.size[0]));
  const folder = judge ?? (usual !== undefined && (await isFolder(usual)) ? usual : undefined);
  if (folder === undefined) return undefined;
  const opened = await openJudge(await diskFiles(folder), { runtime, size: dataset.size });
  expectNames(opened, dataset.names ?? []);
  return opened;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );

interface Tools {
  readonly network: TextToImageNetwork;
  readonly model: TextToImageModel;
  readonly judge: Judge | undefined;
  readonly classify: MotionClassifier<RealClip["motion"]>;
  readonly dataset: Dataset;
}

async function makeClip(prompt: string, { network, model, dataset }: Tools, options: EvaluateMotionOptions) {
  const { sampler, steps, guidance, seed = 0 } = options;
  const [height, width] = dataset.size;
  const start = performance.now();
  const plan = await planTextToVideo(model, { prompt, sampler, steps, guidance, seed, width, height, ...dataset.clip });
  const frames: Image[] = [];
  for await (const event of textToVideo(network, plan)) if (event.type === "video") frames.push(...event.frames);
  return { frames, seconds: (performance.now() - start) / 1000 };
}

/** A clip as it is judged for the caption of a real one. */
async function judged(frames: readonly Image[], real: RealClip, { judge, classify }: Tools): Promise<JudgedClip> {
  const segments = frames.map(segmentOf);
  const looks = LOOKS.map((share) => itemAt(frames, Math.round(share * (frames.length - 1))));
  return {
    motion: real.motion,
    detected: classify(motionFeatures(frames, segments)),
    flicker: flickerOf(frames, segments),
    things: judge && (await thingsIn(looks, real, judge)),
  };
}

/** For each image and each thing of a clip, whether the thing is among the clearest. */
async function thingsIn(images: readonly Image[], { truth }: RealClip, judge: Judge): Promise<readonly boolean[]> {
  const { detections } = await judge.detect(images);
  return detections.flatMap(({ things }) => {
    const clearest = things.slice(0, truth.objects.length).map(({ name }) => name);
    return truth.objects.map(({ name }) => clearest.includes(name));
  });
}

/** Frames as the model's autoencoder gives them back. */
async function decoded(frames: readonly Image[], { network, model, dataset }: Tools): Promise<readonly Image[]> {
  const [height, width] = dataset.size;
  const { channels, factor } = model.modules;
  const latent = [1, channels, height / factor, width / factor];
  const noise = { dtype: "float32", shape: latent, data: new Float32Array(latent.reduce((a, b) => a * b)) } as const;
  const images: Image[] = [];
  for (const frame of frames) {
    const pixels = { dtype: "float32", shape: [1, 3, height, width], data: imagesToTensor([frame]) } as const;
    const x = {
      dtype: "float32",
      shape: latent,
      data: Float32Array.from(await network.encodeImage(pixels, noise)),
    } as const;
    images.push(...tensorToImages(await network.decode(x), { width, height }));
  }
  return images;
}

/** Makes images with the image model alone. */
async function imageMaker({ model: folder, sampler, steps, guidance }: EvaluateMotionOptions, runtime: Runtime) {
  const model = await openTextToImage(folder);
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  return {
    async make(prompt: string, seed: number): Promise<Image> {
      const plan = await planTextToImage(model, { prompt, sampler, steps, guidance, seed });
      for await (const event of textToImage(network, plan)) if (event.type === "image") return event.image;
      throw new AquatintError("evaluate/image", `no image was made of "${prompt}"`);
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SceneTruth } from "@aquatint/emoji";
import type { Runtime } from "aquatint";
import type { Batch, Dataset } from "aquatint/data";
import { type Image, imagesToTensor, tensorToImages } from "aquatint/formats";
import { diskFiles, nodeRuntime, openDataset, openTextToImage, readDatasetConfig } from "aquatint/node";
import {
  planTextToImage,
  type TextToImageModel,
  type TextToImageOptions,
  textToImage,
  textToImageNetwork,
} from "aquatint/pipelines";
import { AquatintError, itemAt, optionalPackage } from "aquatint/util";
import { type ClipJudgeOptions, openClipJudge } from "./clip.ts";
import { expectNames, openJudge } from "./judge.ts";
import { type NeighborRows, neighborRows } from "./nearest.ts";
import { type Evaluation, evaluationOf } from "./report.ts";

export type { Evaluation };

/** Options of an evaluation; what is left out is the model's own choice. */
export interface EvaluateOptions extends Pick<TextToImageOptions, "sampler" | "steps" | "guidance"> {
  /** Folder of a text-to-image model. */
  readonly model: string;
  /** Variant of its weights: a name, or a file of `aquatint quantize`. */
  readonly variant?: string;
  /** The model's own form for few steps. */
  readonly fewSteps?: boolean;
  /** Folder of a classifier; `judgeFolder` of the images' size if absent. */
  readonly judge?: string;
  /** The folder in which a judge for images of N x N lies in N. */
  readonly judges?: string;
  /** File of a run's configuration, or of its data set's; the one beside the model if absent. */
  readonly data?: string;
  /** Images to make, half of them of combinations that training never saw; 200 if absent. */
  readonly count?: number;
  /** Seed of the first image; the others follow. */
  readonly seed?: number;
  readonly threads?: number;
  /** Folder of a CLIP model for images of this size; if absent, none is asked. */
  readonly clip?: string;
  /** New renders of what training draws from, in which the nearest of the first images are looked for; 0 if absent. */
  readonly neighbors?: number;
}

/** An image is made, or all is done. */
export type EvaluateEvent =
  | {
      readonly type: "image";
      readonly i: number;
      readonly n: number;
      readonly caption: string;
      readonly image: Image;
    }
  | { readonly type: "neighbors"; readonly rows: NeighborRows }
  | { readonly type: "evaluation"; readonly evaluation: Evaluation };

/** The package of the scenes whose captions and truths the questions are about. */
const emoji = { name: "@aquatint/emoji", load: () => import("@aquatint/emoji") };
/** Defaults of an evaluation. */
export const evaluateDefaults = { count: 200, seed: 1000 } as const;
/** Seed of the captions, and of the second set of real images: no run of the trainer has them. */
const CAPTIONS_SEED = 2_000_003;
const SECOND_SEED = 3_000_017;
/** Seed of the renders in which neighbors are looked for. */
const NEIGHBORS_SEED = 5_000_011;
/** Images whose neighbors are looked for. */
const LOOKED = 16;

/** Makes images of captions that it draws from the model's data, and has them judged beside real renders of the same. */
export async function* evaluateModel(options: EvaluateOptions): AsyncGenerator<EvaluateEvent, void, void> {
  const { count = evaluateDefaults.count, seed = evaluateDefaults.seed, threads, neighbors = 0 } = options;
  checkCount(count);
  const model = await openTextToImage(options.model, { variant: options.variant, fewSteps: options.fewSteps });
  const dataset = await datasetOf(options);
  const { colors: palette } = await optionalPackage(emoji, "the evaluation of emoji scenes");
  await using runtime = await nodeRuntime({ ...(threads && { threads }) });
  await using judge = await openJudge(await diskFiles(judgeFolder(options, dataset)), {
    runtime,
    size: dataset.size,
    palette,
  });
  expectNames(judge, dataset.names ?? []);
  const reference = await samples(dataset, { count, seed: CAPTIONS_SEED });
  const images: Image[] = [];
  const seconds: number[] = [];
  for await (const image of makeImages({ runtime, model, options, seed, captions: reference.captions })) {
    images.push(image.image);
    seconds.push(image.seconds);
    const i = images.length - 1;
    yield { type: "image", i, n: count, caption: itemAt(reference.captions, i), image: image.image };
  }
  if (neighbors > 0) yield { type: "neighbors", rows: await neighborsOf(images, dataset, neighbors) };
  const second = await samples(dataset, { count, seed: SECOND_SEED });
  const { plan, sampler } = await planOf(model, options);
  yield {
    type: "evaluation",
    evaluation: evaluationOf({
      truths: reference.truths.map((truth, i) => ({ ...truth, caption: itemAt(reference.captions, i) })),
      seconds,
      generated: await judge.detect(images),
      real: await judge.detect(reference.images),
      second: await judge.detect(second.images),
      clip: await clipOf(options, { runtime, size: dataset.size }, { ...reference, generated: images }),
      generation: { count, seed, sampler, steps: plan.steps, guidance: plan.guidance },
    }),
  };
}

/** The first images beside the nearest of `count` renders of what training draws from. */
async function neighborsOf(generated: readonly Image[], dataset: Dataset, count: number): Promise<NeighborRows> {
  const { images } = await dataset.stream({ seed: NEIGHBORS_SEED }).next(count);
  return neighborRows(imagesToTensor(generated.slice(0, LOOKED)), images, { size: dataset.size, queries: LOOKED });
}

/** CLIP model that the options name. */
async function clipOf(
  { clip }: EvaluateOptions,
  options: ClipJudgeOptions,
  input: Samples & { generated: readonly Image[] },
) {
  if (clip === undefined) return undefined;
  await using judge = await openClipJudge(await diskFiles(clip), options);
  const { captions, images, generated } = input;
  return { generated: await judge.fit(generated, captions), real: await judge.fit(images, captions) };
}

function checkCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 12 && count % 2 === 0) return;
  throw new AquatintError("evaluate/count", `expected an even number of images, at least 12, got ${count}`, {
    hint: "200 give shares to within 0.07, 1000 to within 0.03",
  });
}

/** Folder of the judge that the options mean. */
const judgeFolder = ({ judge, judges = "." }: EvaluateOptions, { size }: Dataset): string =>
  judge ?? join(judges, String(size[0]));

/** The data that the model was trained on, by the file that is named or lies beside the model. */
async function datasetOf({ model, data }: EvaluateOptions): Promise<Dataset> {
  const candidates = data === undefined ? [join(model, "dataset.json"), join(dirname(model), "config.json")] : [data];
  for (const path of candidates) {
    if (data !== undefined || (await exists(path))) return openDataset(await readDatasetConfig(path));
  }
  throw new AquatintError(
    "evaluate/data",
    `nothing says what ${model} was trained on: no ${candidates.join(", no ")}`,
    {
      hint: "name the configuration of its training run: --data",
    },
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

interface Samples {
  readonly images: readonly Image[];
  readonly captions: readonly string[];
  readonly truths: readonly SceneTruth[];
}

/** Real renders: one half of combinations that training sees, one half of such that it never does. */
async function samples(dataset: Dataset, { count, seed }: { readonly count: number; readonly seed: number }) {
  const [trainBatch, heldOutBatch] = (await Promise.all(
    (["train", "held-out"] as const).map((split) => dataset.stream({ seed, split }).next(count / 2)),
  )) as [Batch<SceneTruth>, Batch<SceneTruth>];
  const [height, width] = dataset.size;
  const all: Samples = {
    images: [trainBatch, heldOutBatch].flatMap(({ images }) => tensorToImages(images, { width, height })),
    captions: [...trainBatch.captions, ...heldOutBatch.captions],
    truths: [...trainBatch.truths, ...heldOutBatch.truths],
  };
  return all;
}

interface Making {
  readonly runtime: Runtime;
  readonly model: TextToImageModel;
  readonly options: EvaluateOptions;
  readonly seed: number;
  readonly captions: readonly string[];
}

async function planOf(model: TextToImageModel, { sampler, steps, guidance }: EvaluateOptions, overrides: object = {}) {
  const plan = await planTextToImage(model, { prompt: "", sampler, steps, guidance, ...overrides });
  return { plan, sampler: plan.samplerName };
}

/** An image a caption, each with its own seed, and the seconds that it took. */
async function* makeImages({ runtime, model, options, seed, captions }: Making) {
  const { modules } = model;
  await using network = textToImageNetwork({ runtime, modules, ...(await model.binding()) });
  for (const [i, prompt] of captions.entries()) {
    const start = performance.now();
    const { plan } = await planOf(model, options, { prompt, seed: seed + i });
    for await (const event of textToImage(network, plan)) {
      if (event.type === "image") yield { image: event.image, seconds: (performance.now() - start) / 1000 };
    }
  }
}

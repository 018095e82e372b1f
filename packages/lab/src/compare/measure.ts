import type { Dataset } from "aquatint/data";
import { type Image, tensorToImages } from "aquatint/formats";
import { torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { setDistance } from "../evaluate/distribution.ts";
import { wilson } from "../evaluate/intervals.ts";
import type { Judge, JudgeResults } from "../evaluate/judge.ts";
import { thingsOf } from "../tasks/classification/places.ts";
import type { MeasureConfig } from "./config.ts";
import type { ImageMeasures, MeasuredPoint } from "./measured.ts";
import type { OpenedModel, Sampling } from "./model-kind.ts";
import { sharpnessOf } from "./sharpness.ts";

/** Real images, as the judge sees them. */
export interface RealSet {
  /** Float32 [n, 3, h, w] */
  readonly values: Float32Array;
  readonly captions: readonly string[];
  /** Names of the things in each image. */
  readonly names: readonly string[];
  readonly images: readonly Image[];
  readonly detected: JudgeResults;
}

/** Seed of the real images: no run of the trainer has it. */
const REAL_SEED = 2_000_003;

/** Two sets of real images, which have none in common where there are enough. */
export async function realSets(
  dataset: Dataset,
  judge: Judge,
  { images: count, split }: Pick<MeasureConfig, "images" | "split">,
): Promise<readonly [RealSet, RealSet]> {
  const stream = dataset.stream({ seed: REAL_SEED, split });
  const [height, width] = dataset.size;
  const realSet = async (): Promise<RealSet> => {
    const { images: values, captions, truths } = await stream.next(count);
    const images = tensorToImages(values, { width, height });
    const names = truths.map((truth) => itemAt(thingsOf(truth), 0).name);
    return { values, captions, names, images, detected: await judge.detect(images) };
  };
  return [await realSet(), await realSet()];
}

/** Images of the first set's captions beside that set. */
export function imageMeasures(
  generated: {
    readonly images: readonly Image[];
    readonly detected: JudgeResults;
    readonly names: readonly string[];
  },
  real: RealSet,
): ImageMeasures {
  const hits = generated.names.filter(
    (name, i) => itemAt(generated.detected.detections, i).things[0]?.name === name,
  ).length;
  const n = generated.names.length;
  return {
    distance: setDistance({ real: real.detected.features, generated: generated.detected.features }),
    accuracy: { value: hits / n, interval: wilson(hits, n) },
    sharpness: sharpnessOf(generated.images),
  };
}

/** Input of the measurements of one way of making images. */
export interface PointInput {
  readonly family: OpenedModel;
  readonly sampling: Sampling;
  readonly real: RealSet;
  readonly judge: Judge;
  readonly measure: MeasureConfig;
  readonly size: readonly [height: number, width: number];
  readonly signal?: AbortSignal | undefined;
}

/** Makes an image of each caption of the real set, and measures them and the time. */
export async function measurePoint(input: PointInput): Promise<{ point: MeasuredPoint; values: Float32Array }> {
  const { family, sampling, real, judge, measure, size, signal } = input;
  const { captions, names } = real;
  const z = torchCpu(measure.seed).randn(captions.length * family.latentSize);
  await sampling.draw({ z: z.slice(0, family.latentSize), captions: captions.slice(0, 1), signal }); // loads the program
  const seconds: number[] = [];
  for (let i = 0; i < measure.timed; i++) {
    const latent = z.slice(i * family.latentSize, (i + 1) * family.latentSize);
    seconds.push(
      await timed(() => sampling.draw({ z: latent, captions: [itemAt(captions, i % captions.length)], signal })),
    );
  }
  let values = new Float32Array();
  const batched = await timed(async () => {
    values = Float32Array.from(await sampling.draw({ z, captions, signal }));
  });
  const images = tensorToImages(values, { height: size[0], width: size[1] });
  const measures = imageMeasures({ images, detected: await judge.detect(images), names }, real);
  const { label, evaluations } = sampling;
  const times = { seconds: Math.min(...seconds), secondsInBatch: batched / captions.length };
  return { point: { label, evaluations, ...times, ...measures }, values };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

import type { Runtime } from "aquatint";
import type { Dataset } from "aquatint/data";
import { diskFiles, nodeRuntime, openDataset, openRun } from "aquatint/node";
import { AquatintError, itemAt, lookup } from "aquatint/util";
import { expectNames, type Judge, openJudge } from "../evaluate/judge.ts";
import { neighborRows } from "../evaluate/nearest.ts";
import type { MeasureConfig } from "./config.ts";
import { modelKinds } from "./kinds/registry.ts";
import { imageMeasures, measurePoint, type RealSet, realSets } from "./measure.ts";
import type { Measured, MeasuredModel, MeasuredPoint, Training } from "./measured.ts";
import type { Bound, OpenedModel } from "./model-kind.ts";
import type { Comparison, NeededRun } from "./open.node.ts";
import { comparisonReport, type ShownModel } from "./report.node.ts";
import { differentCaptions, interpolations, NEIGHBORS, SAMPLE_COUNT } from "./report-images.ts";

/** Options of a comparison. */
export interface CompareOptions {
  readonly threads?: number | undefined;
  /** Who made it: "aquatint 1.2.3". */
  readonly maker: string;
  readonly signal?: AbortSignal | undefined;
}

/** A part is measured, or all is done. */
export type CompareEvent =
  | { readonly type: "part"; readonly name: string; readonly i: number; readonly n: number }
  | { readonly type: "report"; readonly html: string; readonly measured: Measured };

/** Images that a program takes at once. */
const CHUNK = 32;
/** Seed of the training images in which neighbors are looked for. */
const NEIGHBORS_SEED = 5_000_011;

const looking = ({ size }: Dataset) => ({ size, queries: SAMPLE_COUNT, count: NEIGHBORS });

interface Bench {
  readonly runtime: Runtime;
  readonly judge: Judge;
  readonly dataset: Dataset;
  readonly measure: MeasureConfig;
  readonly real: RealSet;
  /** Training images, [n, 3, h, w]. */
  readonly trainingImages: Float32Array;
  readonly signal?: AbortSignal | undefined;
}

/** Measures trained models one after the other, and draws what was found as one self-contained HTML file. */
export async function* compareModels(
  comparison: Comparison,
  { threads, maker, signal }: CompareOptions,
): AsyncGenerator<CompareEvent, void, void> {
  const { config, judge: judging, models } = comparison;
  const { measure } = config;
  const dataset = await openDataset(judging.config.dataset);
  await using runtime = await nodeRuntime({ ...(threads && { threads }) });
  await using judge = await openJudge(await diskFiles(judging.model), { runtime, size: dataset.size });
  expectNames(judge, dataset.names ?? []);
  const [real, second] = await realSets(dataset, judge, measure);
  const { images: trainingImages } = await dataset.stream({ seed: NEIGHBORS_SEED }).next(measure.neighbors);
  const bench: Bench = { runtime, judge, dataset, measure, real, trainingImages, signal };
  const measurements: ShownModel[] = [];
  for (const [i, run] of models.entries()) {
    signal?.throwIfAborted();
    yield { type: "part", name: run.name, i, n: models.length };
    measurements.push(await measureModel(bench, run, itemAt(config.models, i).walks));
  }
  const floorRows = neighborRows(real.values, trainingImages, looking(dataset));
  const measured: Measured = {
    title: config.title,
    images: measure.images,
    split: measure.split,
    size: dataset.size,
    models: measurements.map(({ measured }) => measured),
    floor: imageMeasures({ ...second, names: second.names }, real),
    floorNeighbors: floorRows.distances,
  };
  yield {
    type: "report",
    measured,
    html: await comparisonReport({ measured, models: measurements, real, floorRows, maker }),
  };
}

type Walks = Parameters<(typeof modelKinds)[string]["open"]>[0]["walks"];

async function measureModel(bench: Bench, run: NeededRun, walks: Walks): Promise<ShownModel> {
  const { runtime, dataset, real, trainingImages, signal, measure } = bench;
  const kind = lookup(modelKinds, run.config.task);
  await using family = await kind.open({ files: await diskFiles(run.model), runtime, chunk: CHUNK, walks });
  const points: MeasuredPoint[] = [];
  const samples: Float32Array[] = [];
  for (const sampling of family.walks) {
    signal?.throwIfAborted();
    const { point, values } = await measurePoint({ ...bench, family, sampling, size: dataset.size });
    points.push(point);
    samples.push(values);
  }
  const finest = family.walks.reduce((a, b, i) => (b.evaluations > itemAt(family.walks, a).evaluations ? i : a), 0);
  const captions = differentCaptions(real.captions, real.names);
  const neighbors = neighborRows(itemAt(samples, finest), trainingImages, looking(dataset));
  const measured: MeasuredModel = {
    name: run.name,
    task: run.config.task,
    parameters: family.parameters,
    training: await trainingOf(run),
    points,
    bound: (await boundOf(family, bench)) ?? null,
    neighbors: neighbors.distances,
  };
  const sampling = itemAt(family.walks, finest);
  const ways = await interpolations({ family, sampling, captions, size: dataset.size, signal });
  return { measured, samples, finest, ways: { captions, rows: ways, label: sampling.label }, neighbors, measure };
}

/** The bound over the first real images. */
function boundOf(family: OpenedModel, { real, measure, dataset, signal }: Bench): Promise<Bound> | undefined {
  const n = Math.min(measure.bounds, real.captions.length);
  const images = real.values.slice(0, 3 * dataset.size[0] * dataset.size[1] * n);
  return family.bound?.({ ...measure, images, captions: real.captions.slice(0, n), signal });
}

/** Training facts from a run's folder. */
async function trainingOf({ config, name }: NeededRun): Promise<Training> {
  const entry = await openRun(config.output, name);
  if (!entry) {
    throw new AquatintError("compare/untrained", `${config.output} holds no training run`, {
      hint: "aquatint compare trains what is missing",
    });
  }
  const { summary, run } = entry;
  const [session] = run.sessions;
  const machine = session?.machine;
  const threads = session?.threads;
  return {
    minutes: summary.minutes,
    steps: summary.step,
    batchSize: summary.batchSize,
    parameters: session?.parameters ?? null,
    machine: machine
      ? [
          machine.processor,
          `${machine.cores} cores`,
          threads === undefined ? "" : `${threads} thread${threads > 1 ? "s" : ""}`,
        ]
          .filter(Boolean)
          .join(", ")
      : null,
  };
}

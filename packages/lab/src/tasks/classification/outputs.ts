import type { Runtime } from "aquatint";
import type { Dataset } from "aquatint/data";
import { float32Data } from "aquatint/graph";
import { type ClassifierConfig, type ImageClassifier, strideOf } from "aquatint/models";
import { input } from "aquatint/ops";
import { encodeComponent } from "aquatint/pipelines";
import { evaluationSamples, inChunks, type TaskOutputs, type TrainedWeights } from "aquatint/train";
import { itemAt } from "aquatint/util";
import { detectionsOf } from "../../models/detections.ts";
import type { ClassificationConfig } from "./config.ts";
import { thingsOf } from "./places.ts";

/** Images that one run of a program takes. */
const CHUNK = 32;

interface OutputsInput {
  readonly model: ReturnType<typeof ImageClassifier>;
  readonly json: Readonly<Record<string, unknown>>;
  readonly classifier: ClassifierConfig;
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly weights: TrainedWeights;
}

/** Recall of held-out things, and the classifier's folder in float16. */
export function classificationOutputs({ evaluation }: ClassificationConfig, parts: OutputsInput): TaskOutputs {
  const { model, runtime, dataset, classifier, json, weights } = parts;
  const { state, parameters } = weights;
  const trace = (n: number) => {
    const images = input({ name: "images", dtype: "float32", shape: [n, 3, ...dataset.size] });
    return { cells: model(images).cells };
  };
  const network = inChunks({ runtime, state, parameters, chunk: CHUNK, trace });
  return {
    async evaluate() {
      const { images, truths } = await evaluationSamples(dataset, evaluation.images);
      const feed = { dtype: "float32", shape: [truths.length, 3, ...dataset.size], data: images } as const;
      const { cells } = await network.run({ images: feed });
      return { recall: recallOf(float32Data(cells), truths, { dataset, classifier }) };
    },
    modelFiles: async () => {
      const content = { folder: "", config: json, weights: await weights.read() };
      return new Map(encodeComponent({ ...content, className: "ImageClassifier" }));
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

/** Share of the things, 0 .. 1, that are among as many of the clearest detections as there are things. */
function recallOf(
  all: Float32Array,
  truths: readonly unknown[],
  { dataset, classifier }: Pick<OutputsInput, "dataset" | "classifier">,
): number {
  const [rows, columns] = dataset.size.map((side) => side / strideOf(classifier)) as [number, number];
  const { classes } = classifier;
  const size = all.length / truths.length;
  const hits = truths.flatMap((truth, i) => {
    const logits = all.subarray(i * size, (i + 1) * size);
    const things = thingsOf(truth);
    const detected = detectionsOf({ logits, classes: classes.length, rows, columns })
      .slice(0, things.length)
      .map((detection) => itemAt(classes, detection.class));
    return things.map(({ name }): number => (detected.includes(name) ? 1 : 0));
  });
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

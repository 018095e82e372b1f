import { openModel, readNetwork } from "aquatint/checkpoints";
import type { Dataset } from "aquatint/data";
import type { Tensor } from "aquatint/graph";
import { type ClassifierConfig, ImageClassifier, parseClassifierConfig, strideOf } from "aquatint/models";
import { parameters } from "aquatint/nn";
import { gather, input, logSoftmax, mean, mul, neg } from "aquatint/ops";
import { type Phase, sourcesOf, type Task, type TaskContext } from "aquatint/train";
import { AquatintError } from "aquatint/util";
import type { ClassificationConfig } from "./config.ts";
import { classificationOutputs } from "./outputs.ts";
import { placeAnswers, thingsOf } from "./places.ts";

/** The task of a classifier. @throws AquatintError "config/dataset" where the data does not say what is where. */
export async function openClassificationTask(config: ClassificationConfig, context: TaskContext): Promise<Task> {
  const json = { ...config.model.classifier, classes: namesOf(context.dataset) };
  return classificationTask(config, { ...context, json, classifier: parseClassifierConfig(json) });
}

function namesOf({ name, names }: Dataset): readonly string[] {
  if (names) return names;
  throw new AquatintError("config/dataset", `the data set "${name}" does not say what is where in its images`, {
    hint: '"task": "classification" takes "emoji-singles", "emoji-scenes" or "digits"',
  });
}

interface TaskParts extends TaskContext {
  readonly json: Readonly<Record<string, unknown>>;
  readonly classifier: ClassifierConfig;
}

function classificationTask(config: ClassificationConfig, parts: TaskParts): Task {
  const { initFrom } = parts;
  const model = ImageClassifier(parts.classifier);
  const names = parameters(model);
  const { phase, restore } = classificationPhase(model, config, parts);
  return {
    parameters: names,
    phases: [phase],
    restore,
    initial: async () => (initFrom ? readNetwork(await openModel(initFrom), "ImageClassifier", names) : new Map()),
    outputs: (weights) => classificationOutputs(config, { ...parts, model, weights }),
  };
}

/** The mean over all places of the negative log likelihood of what they show, by their weights. */
function placesLoss(cells: Tensor): Tensor {
  const [n, , rows, columns] = cells.shape as [number, number, number, number];
  const shape = [n, 1, rows, columns];
  const answers = input({ name: "answers", dtype: "int32", shape });
  const weights = input({ name: "weights", dtype: "float32", shape });
  return neg(mean(mul(weights, gather(logSoftmax(cells, { axis: 1 }), answers, { axis: 1 }))));
}

function classificationPhase(
  model: ReturnType<typeof ImageClassifier>,
  { loss }: ClassificationConfig,
  { dataset, seed, batchSize, microBatchSize, classifier }: TaskParts,
) {
  const sources = sourcesOf({ dataset, seed });
  const [rows, columns] = dataset.size.map((side) => side / strideOf(classifier)) as [number, number];
  const options = { classes: classifier.classes, rows, columns, ...loss };
  const images = input({ name: "images", dtype: "float32", shape: [microBatchSize, 3, ...dataset.size] });
  const phase: Phase = {
    name: "classification",
    loss: placesLoss(model(images).cells),
    async next() {
      const batch = await sources.stream.next(batchSize);
      const answers = batch.truths.map((truth) => placeAnswers(thingsOf(truth), options));
      const shape = [batchSize, 1, rows, columns];
      const feeds = {
        images: { dtype: "float32", shape: [batchSize, 3, ...dataset.size], data: batch.images },
        answers: { dtype: "int32", shape, data: Int32Array.from(answers.flatMap((a) => [...a.classes])) },
        weights: { dtype: "float32", shape, data: Float32Array.from(answers.flatMap((a) => [...a.weights])) },
      } as const;
      return { feeds, position: sources.position() };
    },
  };
  return { phase, restore: sources.restore };
}

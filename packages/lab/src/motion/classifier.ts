import { addScaled, average, dot } from "aquatint/math";
import { itemAt } from "aquatint/util";
import type { MotionFeatures } from "./features.ts";

/** A clip whose motion is known, as features. */
export interface LabeledFeatures<Label extends string> {
  readonly features: MotionFeatures;
  readonly label: Label;
}

/** Tells motions apart. */
export type MotionClassifier<Label extends string> = (features: MotionFeatures) => Label;

/** Descent of the loss: passes over all examples, the rate, and the decay of the weights. */
const [PASSES, RATE, DECAY] = [600, 0.5, 1e-4] as const;

/** Multinomial logistic regression on the features and their squares, each scaled to unit variance. */
export function trainMotionClassifier<Label extends string>(
  examples: readonly LabeledFeatures<Label>[],
): MotionClassifier<Label> {
  const labels = [...new Set(examples.map(({ label }) => label))].sort();
  const scale = scaling(examples.map(({ features }) => features));
  const rows = examples.map(({ features }) => scale(features));
  const width = itemAt(rows, 0).length;
  const weights = labels.map(() => new Float64Array(width));
  const targets = examples.map(({ label }) => labels.indexOf(label));
  for (let pass = 0; pass < PASSES; pass++) {
    const slopes = labels.map(() => new Float64Array(width));
    for (const [i, row] of rows.entries()) {
      for (const [c, p] of probabilities(weights, row).entries()) {
        addScaled(itemAt(slopes, c), (p - (targets[i] === c ? 1 : 0)) / rows.length, row);
      }
    }
    for (const [c, weight] of weights.entries()) {
      addScaled(weight, -RATE * DECAY, weight);
      addScaled(weight, -RATE, itemAt(slopes, c));
    }
  }
  return (features) => {
    const p = probabilities(weights, scale(features));
    return itemAt(labels, p.indexOf(Math.max(...p)));
  };
}

function probabilities(weights: readonly Float64Array[], row: Float64Array): readonly number[] {
  const logits = weights.map((weight) => dot(weight, row));
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((e) => e / total);
}

/** Features and their squares with mean 0 and deviation 1 over the examples, cut at 4, and a constant. */
function scaling(all: readonly MotionFeatures[]): (features: MotionFeatures) => Float64Array {
  const names = Object.keys(itemAt(all, 0));
  const raw = (features: MotionFeatures): number[] => {
    const values = names.map((name) => features[name] ?? 0);
    return [...values, ...values.map((value) => value * value)];
  };
  const columns = all.map(raw);
  const statistics = itemAt(columns, 0).map((_, k) => {
    const values = columns.map((row) => itemAt(row, k));
    const mean = average(values);
    return { mean, deviation: Math.sqrt(average(values.map((v) => (v - mean) ** 2))) + 1e-9 };
  });
  return (features) =>
    Float64Array.from([
      ...raw(features).map((value, k) => {
        const { mean, deviation } = itemAt(statistics, k);
        return Math.min(4, Math.max(-4, (value - mean) / deviation));
      }),
      1,
    ]);
}

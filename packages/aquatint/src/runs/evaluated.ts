import { figureText } from "../util/words.ts";
import type { RunSummary } from "./run.ts";

/** A figure on data that is not trained on, of several runs; undefined for a run that does not tell it. */
export interface EvaluatedFigure {
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

/** The figures of some runs at the newest evaluation of each, after the step of that; none where nothing was evaluated. */
export function evaluatedFigures(runs: readonly { readonly summary: RunSummary }[]): readonly EvaluatedFigure[] {
  const evaluations = runs.map(({ summary }) => summary.evaluation);
  const names = [...new Set(evaluations.flatMap((evaluation) => Object.keys(evaluation?.metrics ?? {})))];
  if (names.length === 0) return [];
  const steps = evaluations.map((evaluation) => evaluation?.step.toLocaleString("en"));
  const figures = names.map((name) => {
    const values = evaluations.map((evaluation) => evaluation?.metrics[name]);
    return { name, values: values.map((value) => (value === undefined ? undefined : figureText(value))) };
  });
  return [{ name: "at step", values: steps }, ...figures];
}

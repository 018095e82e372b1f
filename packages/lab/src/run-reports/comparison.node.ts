import { foundFiles, type RunEntry } from "aquatint/node";
import { averaged, type EvaluatedFigure, evaluatedFigures, losses, type Point } from "aquatint/runs";
import { type Difference, differences, type StepRecord } from "aquatint/train";
import { duration, figureText, itemAt } from "aquatint/util";
import { type Content, html } from "../reports/html.ts";
import { type Column, figure, page, type Section, table } from "../reports/page.ts";
import { seriesColors } from "../reports/theme.ts";
import { type Line, wideFigure } from "./figures.node.ts";
import { pathCode, samplesFigure } from "./report.node.ts";

/** Several runs side by side: one self-contained HTML file. */
export async function comparisonReport(
  runs: readonly RunEntry[],
  { maker }: { readonly maker: string },
): Promise<string> {
  const names = runs.map(({ summary }) => summary.name);
  return page({
    kicker: "Aquatint · Training runs",
    title: `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`,
    lead: "Their losses, where their configurations differ, and their newest samples.",
    sections: [
      ...[curvesSection(runs), summarySection(runs), ...evaluationSection(runs), configSection(runs)],
      ...(await samplesSection(runs)),
    ],
    footer: html`Written by ${maker}. Losses are comparable only between runs of the same task, data and weighting.`,
  });
}

function curvesSection(runs: readonly RunEntry[]): Section {
  const lines = (
    position: (points: readonly Point[], steps: readonly StepRecord[]) => readonly Point[],
  ): readonly Line[] =>
    runs.map(({ run, summary }, i) => ({
      name: summary.name,
      color: itemAt(seriesColors, i % seriesColors.length),
      points: position(averaged(losses(run.steps)), run.steps),
    }));
  const byStep = lines((points) => points);
  const byTime = lines((points, steps) =>
    points.map(({ value }, i) => ({ step: (steps[i]?.seconds ?? 0) / 60, value })),
  );
  const body = [
    figure(
      wideFigure({ label: "Moving averages of the losses against steps", lines: byStep }),
      html`<b>Loss by steps</b>, moving averages.`,
    ),
    figure(
      wideFigure({
        label: "Moving averages of the losses against minutes",
        lines: byTime,
        xLabel: "minutes of training",
      }),
      html`<b>Loss by time</b>, moving averages.`,
    ),
  ];
  return { id: "curves", title: "Curves", body };
}

function summarySection(runs: readonly RunEntry[]): Section {
  const columns: readonly Column<RunEntry>[] = [
    { title: "run", cell: ({ summary }) => summary.name },
    { title: "state", cell: ({ summary }) => summary.state },
    { title: "task", cell: ({ summary }) => summary.task },
    { title: "data", cell: ({ summary }) => summary.dataset },
    { title: "steps", number: true, cell: ({ summary }) => summary.step.toLocaleString("en") },
    { title: "time", number: true, cell: ({ summary }) => duration(summary.minutes * 60) },
    { title: "loss", number: true, cell: ({ summary }) => valueText(summary.loss) },
  ];
  return { id: "figures", title: "Figures", body: table(columns, runs) };
}

/** The newest figures of each run on data that it is not trained on, a row a figure. */
function evaluationSection(runs: readonly RunEntry[]): readonly Section[] {
  const rows = evaluatedFigures(runs);
  if (rows.length === 0) return [];
  const columns: readonly Column<EvaluatedFigure>[] = [
    { title: "figure", cell: ({ name }) => html`<code>${name}</code>` },
    ...runs.map(({ summary }, i) => ({
      title: summary.name,
      number: true,
      cell: ({ values }: EvaluatedFigure) => values[i] ?? "",
    })),
  ];
  return [{ id: "evaluation", title: "On held-out data", body: table(columns, rows) }];
}

const valueText = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : figureText(value);

function configSection(runs: readonly RunEntry[]): Section {
  const columns: readonly Column<Difference>[] = [
    { title: "place", cell: ({ path }) => pathCode(path) },
    ...runs.map(({ summary }, i) => ({
      title: summary.name,
      cell: ({ values }: Difference): Content => values[i]?.replaceAll(",", ", ") ?? "–",
    })),
  ];
  return {
    id: "config",
    title: "Where they differ",
    body: table(columns, differences(runs.map(({ run }) => run.config))),
  };
}

async function samplesSection(runs: readonly RunEntry[]): Promise<readonly Section[]> {
  const parts = [];
  for (const { run, summary } of runs) {
    const newest = run.samples.at(-1);
    if (newest)
      parts.push(html`<h3>${summary.name}</h3>`, await samplesFigure({ ...newest, run, files: foundFiles(run) }));
  }
  return parts.length > 0 ? [{ id: "samples", title: "Newest samples", body: parts }] : [];
}

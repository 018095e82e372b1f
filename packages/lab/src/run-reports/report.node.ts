import { decodePng } from "aquatint/formats";
import type { RunReportInput } from "aquatint/node";
import {
  AVERAGE_STEPS,
  averaged,
  losses,
  type MetricFamily,
  metricFamilies,
  pointsOf,
  type RunData,
  type RunSummary,
  spread,
  summaryOf,
} from "aquatint/runs";
import { flattened, type RunFiles, type SessionRecord, type StepRecord } from "aquatint/train";
import { duration, figureText, itemAt } from "aquatint/util";
import { type Content, type Html, html, raw } from "../reports/html.ts";
import {
  type Column,
  figure,
  inlinePng,
  note,
  type Panel,
  page,
  pairs,
  type Section,
  sheet,
  table,
} from "../reports/page.ts";
import { color, seriesColors } from "../reports/theme.ts";
import { smallFigure, wideFigure } from "./figures.node.ts";

/** Grids of samples that a report holds. */
const GRIDS = 8;

/** The report of a run: one self-contained HTML file. */
export async function runReport({ run, files, name, locked, maker }: RunReportInput): Promise<string> {
  const summary = summaryOf(run, { name, locked: locked });
  const sections = [
    ...(run.steps.length > 0 ? [lossSection(run.steps), ...bandSections(run.steps), otherSection(run.steps)] : []),
    ...(await samplesSection(run, files)),
    ...evaluationSection(run),
    configSection(run),
    ...machineSection(run.sessions),
  ];
  return page({
    kicker: "Aquatint · Training run",
    title: name,
    lead: leadOf(summary),
    sections,
    footer: html`Written by ${maker} at ${timeText(new Date().toISOString())} UTC. Lines are moving averages over the last
      fifth of the steps so far, at most ${AVERAGE_STEPS}. The numbers are in <code>metrics.jsonl</code> beside this file.`,
  });
}

/** A time as people read it, in UTC: "2026-11-23 17:40". */
export const timeText = (iso: string): string => iso.slice(0, 16).replace("T", " ");

/** State of a run, in a sentence. */
export function leadOf({ state, task, dataset, step, steps, loss, minutes, minutesLeft, ended }: RunSummary): string {
  const of = steps === null ? "" : ` of ${steps.toLocaleString("en")}`;
  const remaining = minutesLeft ? `, ${duration(minutesLeft * 60)} to go` : "";
  const states = { running: "Running", done: `Done (${ended})`, stopped: "Stopped" };
  const mean = loss === null ? "" : ` Loss ${figureText(loss)}.`;
  return `${states[state]}: ${task} on ${dataset}, ${step.toLocaleString("en")}${of} steps in ${duration(minutes * 60)}${remaining}.${mean}`;
}

function lossSection(steps: readonly StepRecord[]): Section {
  const points = losses(steps);
  const lines = [{ name: "moving average", color: color("blue"), points: averaged(points) }];
  const body = figure(
    wideFigure({ label: "Loss against steps", lines, behind: points }),
    html`<b>Loss</b> at each step, and its moving average. The last one is ${figureText(itemAt(points, -1).value)}, the average
      ${figureText(itemAt(itemAt(lines, 0).points, -1).value)}.`,
  );
  return { id: "loss", title: "Loss", body };
}

const metricsOf = (steps: readonly StepRecord[]): readonly MetricFamily[] =>
  metricFamilies(new Set(steps.flatMap(({ metrics }) => Object.keys(metrics))));

/** A figure for each quantity that is told by bands. */
function bandSections(steps: readonly StepRecord[]): readonly Section[] {
  const families = metricsOf(steps).filter(({ members }) => members.length > 1);
  return families.map(({ name, members }, i) => {
    const lines = members.map(({ metric, band }, k) => ({
      name: band,
      color: itemAt(seriesColors, k % seriesColors.length),
      points: averaged(pointsOf(steps, ({ metrics }) => metrics[metric])),
    }));
    const caption = html`<b>${titled(name)} by part of the schedule</b>, from the least noise (0 %) to the most (100 %); moving
      averages.`;
    const body = figure(wideFigure({ label: `${name} by bands against steps`, lines }), caption);
    return { id: `bands-${i + 1}`, title: `${titled(name)} by timestep`, body };
  });
}

const titled = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** A number of each step, and how it is drawn. */
interface Quantity {
  readonly name: Content;
  readonly label: string;
  readonly value: (record: StepRecord) => number | undefined;
  /** Drawn as it is on a linear scale, not averaged. */
  readonly exact?: boolean;
}

const quantity = (label: string, value: Quantity["value"], { exact = false } = {}): Quantity => ({
  ...{ name: label, label, value, exact },
});

/** Quantities of every run. */
const quantities: readonly Quantity[] = [
  quantity("Gradient norm before clipping", ({ gradNorm }) => gradNorm),
  quantity("Learning rate", ({ learningRate }) => learningRate, { exact: true }),
  quantity("Seconds a step", ({ secondsPerStep }) => secondsPerStep),
  quantity("Memory in MiB", ({ memory }) => memory, { exact: true }),
];

function otherSection(steps: readonly StepRecord[]): Section {
  const alone = metricsOf(steps).flatMap(({ members }) => (members.length === 1 ? members : []));
  const columns = alone.map(({ metric }): Quantity => {
    return { name: html`<code>${metric}</code>`, label: metric, value: ({ metrics }) => metrics[metric] };
  });
  const list = [...quantities, ...columns].flatMap(({ name, label, value, exact = false }): Panel[] => {
    const points = pointsOf(steps, value);
    if (points.length === 0) return [];
    const lines = [{ name: label, color: color("blue"), points: exact ? points : averaged(points) }];
    return [{ content: smallFigure({ label: `${label} against steps`, lines, linear: exact }), caption: name }];
  });
  return { id: "steps", title: "Step by step", body: pairs(list) };
}

async function samplesSection(run: RunData, files: RunFiles): Promise<readonly Section[]> {
  const samples = spread(run.samples, GRIDS);
  if (samples.length === 0) return [];
  const figures = [];
  for (const { step, path } of samples.toReversed()) figures.push(await samplesFigure({ step, path, run, files }));
  const all = run.samples.length > samples.length ? `${samples.length} of ${run.samples.length} grids, ` : "";
  const words = `${all}the newest first; the seeds are the same in each.`;
  return [{ id: "samples", title: "Samples over time", body: [html`<p>${titled(words)}</p>`, ...figures] }];
}

/** A grid of samples with its step. */
export async function samplesFigure(input: {
  step: number;
  path: string;
  run: RunData;
  files: RunFiles;
}): Promise<Html> {
  const { step, path, run, files } = input;
  const bytes = await files.read(path);
  const { width, height } = decodePng(bytes, { name: path });
  const seconds = run.steps.find((record) => record.step === step)?.seconds;
  const time = seconds === undefined ? "" : ` after ${duration(seconds)}`;
  const image = inlinePng(bytes, { width, height, alt: `Samples at step ${step}` });
  return figure(sheet(image), html`<b>Step ${step.toLocaleString("en")}</b>${time}`);
}

function evaluationSection({ evaluations }: RunData): readonly Section[] {
  if (evaluations.length === 0) return [];
  const names = [...new Set(evaluations.flatMap(({ metrics }) => Object.keys(metrics)))];
  const columns: readonly Column<(typeof evaluations)[number]>[] = [
    { title: "step", cell: ({ step }) => step.toLocaleString("en") },
    ...names.map((name) => ({ title: html`<code>${name}</code>`, number: true, cell: evaluated(name) })),
  ];
  const rows = spread(evaluations, 12).toReversed();
  const words = html`<p>On data that is not trained on, with each checkpoint.</p>`;
  const body = [words, ...(evaluations.length > 1 ? evaluationFigures(evaluations, names) : []), table(columns, rows)];
  return [{ id: "evaluation", title: "Evaluation", body }];
}

/** A figure for each quantity that is told by bands, and one for each that stands alone. */
function evaluationFigures(evaluations: RunData["evaluations"], names: readonly string[]): readonly Html[] {
  const points = (metric: string) =>
    evaluations.flatMap(({ step, metrics: { [metric]: value } }) => (value === undefined ? [] : [{ step, value }]));
  const families = metricFamilies(names);
  const banded = families.filter(({ members }) => members.length > 1);
  const wide = banded.map(({ name, members }) => {
    const lines = members.map(({ metric, band }, k) => ({
      name: band || "all",
      color: itemAt(seriesColors, k % seriesColors.length),
      points: points(metric),
    }));
    const caption = html`<b>${titled(name)} of held-out data</b>, in all and by part of the schedule.`;
    return figure(wideFigure({ label: `Held-out ${name} against steps`, lines }), caption);
  });
  const panels = families
    .flatMap(({ members }) => (members.length === 1 ? members : []))
    .map(({ metric }): Panel => {
      const lines = [{ name: metric, color: color("blue"), points: points(metric) }];
      return {
        content: smallFigure({ label: `${metric} against steps`, lines }),
        caption: html`<code>${metric}</code>`,
      };
    });
  return [...wide, ...(panels.length > 0 ? [pairs(panels)] : [])];
}

const evaluated =
  (name: string) =>
  ({ metrics: { [name]: value } }: { readonly metrics: Readonly<Record<string, number>> }): Content =>
    value === undefined ? "" : figureText(value);

/** A place of a configuration, which may be broken after its dots. */
export const pathCode = (path: string): Html =>
  html`<code>${path.split(/(?<=\.)/).map((part, i) => html`${i ? raw("<wbr>") : ""}${part}`)}</code>`;

function configSection({ config, problems }: RunData): Section {
  const columns: readonly Column<readonly [string, string]>[] = [
    { title: "place", cell: ([path]) => pathCode(path) },
    { title: "value", cell: ([, value]) => value.replaceAll(",", ", ") },
  ];
  const body = [...problems.map((problem) => note(problem)), table(columns, [...flattened(config)])];
  return { id: "config", title: "Configuration", body };
}

function machineSection(sessions: readonly SessionRecord[]): readonly Section[] {
  const last = sessions.at(-1);
  if (!last) return [];
  const { machine } = last;
  const facts: readonly (readonly [string, Content])[] = [
    ["weights", last.parameters.toLocaleString("en")],
    ["device", last.device],
    ["threads", last.threads ?? "one a core"],
    ...(machine
      ? ([
          ["processor", `${machine.processor}, ${machine.cores} cores`],
          ["memory", `${machine.memory} GiB`],
          ["system", `${machine.system}, Node ${machine.node}`],
        ] as const)
      : []),
    ...sessions.map(
      ({ started, step }, i) => [i ? "resumed" : "begun", `${timeText(started)} UTC, step ${step}`] as const,
    ),
  ];
  const columns: readonly Column<(typeof facts)[number]>[] = [
    { title: "what", cell: ([name]) => name },
    { title: "found", cell: ([, value]) => value },
  ];
  return [{ id: "machine", title: "Machine", body: table(columns, facts) }];
}

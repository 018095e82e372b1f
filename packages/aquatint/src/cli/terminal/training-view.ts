import { Ansis } from "ansis";
import { metricFamilies } from "../../runs/metric-names.ts";
import { movingAverage, type Point } from "../../runs/series.ts";
import type { RunEvent } from "../../train/run/events.ts";
import { lookup } from "../../util/items.ts";
import { duration, figureText } from "../../util/words.ts";
import type { Io } from "../io.ts";
import { drawnBar } from "./bar.ts";
import { liveLines } from "./live-region.ts";
import { createProgress } from "./progress.ts";
import { sparkline } from "./sparkline.ts";
import { colorLevel } from "./terminal.ts";

type StepEvent = Extract<RunEvent, { type: "step" }>;
type StartEvent = Extract<RunEvent, { type: "start" }>;

/** Shows the steps of a run as they come. */
export interface TrainingView {
  step(event: StepEvent): void;
  /** Clears the terminal for other output, until the next step; callers call it in `finally`. */
  hide(): void;
}

/** Options of a training view. */
export interface ViewOptions {
  readonly io: Io;
  readonly start: StartEvent;
  readonly quiet: boolean;
}

/** Several lines on a terminal with colors, a line now and then elsewhere, nothing where it should be quiet. */
export function trainingView({ io, start, quiet }: ViewOptions): TrainingView {
  const level = colorLevel({ stream: io.stderr, env: io.env });
  return quiet || level === 0 ? plainView({ io, start, quiet }) : liveView(io, { start, level });
}

function plainView({ io, start, quiet }: ViewOptions): TrainingView {
  const { steps: total, step, batchSize } = start;
  const progress = createProgress({ stream: io.stderr, total, start: step, unit: "steps", quiet, plain: true });
  const follow = following();
  return {
    step(event) {
      const { loss, secondsPerStep } = follow(event);
      progress.update(event.step, `loss ${loss.toFixed(4)}  ${rate(batchSize, secondsPerStep)}`, event.secondsLeft);
    },
    hide: () => progress.hide(),
  };
}

/** Moving averages of what the steps tell. */
interface Followed {
  readonly loss: number;
  readonly secondsPerStep: number;
  readonly metrics: ReadonlyMap<string, number>;
}

function following(): (event: StepEvent) => Followed {
  const averages = new Map<string, (value: number) => number>();
  const metrics = new Map<string, number>();
  const follow = (name: string, value: number) => {
    const average = averages.get(name) ?? movingAverage();
    averages.set(name, average);
    return average(value);
  };
  return ({ loss, secondsPerStep, metrics: values }) => {
    for (const [name, value] of Object.entries(values)) metrics.set(name, follow(`metrics.${name}`, value));
    return { loss: follow("loss", loss), secondsPerStep: follow("secondsPerStep", secondsPerStep), metrics };
  };
}

const rate = (batchSize: number, secondsPerStep: number): string =>
  `${figureText(Number((batchSize / secondsPerStep).toPrecision(3)))} samples/s`;

/** Characters before the values. */
const LABEL = 11;
const BAR = 30;
const SPARK = 40;

function liveView(io: Io, { start, level }: { readonly start: StartEvent; readonly level: number }): TrainingView {
  const lines = liveLines(io.stderr);
  const colors = new Ansis(level);
  const follow = following();
  const losses: Point[] = [];
  return {
    step(event) {
      const followed = follow(event);
      losses.push({ step: event.step, value: event.loss });
      lines.draw(() => drawn({ event, followed, losses, start, colors }));
    },
    hide: () => lines.hide(),
  };
}

interface Drawn {
  readonly event: StepEvent;
  readonly followed: Followed;
  readonly losses: readonly Point[];
  readonly start: StartEvent;
  readonly colors: Ansis;
}

function drawn({ event, followed, losses, start, colors }: Drawn): readonly string[] {
  const { step, loss, learningRate, gradNorm, seconds, secondsPerStep, secondsLeft, memory } = event;
  const quiet = (text: string) => colors.dim(text);
  const row = (label: string, ...parts: readonly string[]) =>
    `${quiet(label.padEnd(LABEL))}${parts.filter(Boolean).join("  ")}`;
  const remaining = secondsLeft === undefined ? "" : `${duration(secondsLeft)} left`;
  const mean = colors.bold(figureText(followed.loss));
  return [
    "",
    row(`${drawnBar(event.progress, { width: BAR, colors })} `, `${count(step, start.steps)}`, colors.bold(remaining)),
    row("loss", mean, quiet(`last ${figureText(loss)}`), colors.cyan(sparkline(losses, SPARK))),
    ...metricRows(followed.metrics, { row, quiet }),
    row(
      "speed",
      rate(start.batchSize, followed.secondsPerStep),
      quiet(`${figureText(secondsPerStep)} s a step, ${duration(seconds)} so far`),
    ),
    row(
      "rate",
      figureText(learningRate),
      quiet("gradient"),
      figureText(gradNorm),
      ...(memory ? [quiet("memory"), `${memory} MiB`] : []),
    ),
  ];
}

const count = (step: number, steps: number | undefined): string =>
  steps === undefined
    ? `step ${step.toLocaleString("en")}`
    : `step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}`;

interface Rows {
  row(label: string, ...parts: readonly string[]): string;
  quiet(text: string): string;
}

/** A row for the bands of each quantity, and one for all that stand alone. */
function metricRows(metrics: ReadonlyMap<string, number>, { row, quiet }: Rows): readonly string[] {
  const families = metricFamilies(metrics.keys());
  const value = (metric: string) => figureText(lookup(metrics, metric));
  const banded = families.filter(({ members }) => members.length > 1);
  const alone = families.flatMap(({ members }) => (members.length === 1 ? members : []));
  return [
    ...banded.map(({ name, members }) =>
      row(`${name} by t`, ...members.map(({ metric, band }) => `${quiet(band)} ${value(metric)}`)),
    ),
    ...(alone.length > 0 ? [row("", ...alone.map(({ metric }) => `${quiet(metric)} ${value(metric)}`))] : []),
  ];
}

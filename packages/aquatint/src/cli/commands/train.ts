import { resolve } from "node:path";
import type { Command } from "commander";
import { metricFamilies } from "../../runs/metric-names.ts";
import { type ReportEvent, reportedRun } from "../../runs/reported-run.node.ts";
import type { Device } from "../../runtime/types.ts";
import type { EndReason } from "../../train/loop/stopping.ts";
import type { FinishedRun, RunEvent } from "../../train/run/events.ts";
import { dryTrainRun, trainRun } from "../../train/run/run.node.ts";
import { lookup } from "../../util/items.ts";
import { figureText } from "../../util/words.ts";
import { reportDryRun } from "../dry-run.ts";
import type { Io } from "../io.ts";
import { device, nodeDevices, whole } from "../options/names.ts";
import { shortPath } from "../options/outputs.ts";
import { renderSamples } from "../terminal/graphics.ts";
import { type TrainingView, trainingView } from "../terminal/training-view.ts";
import { version } from "../version.ts";

/** The options of `aquatint train`, as they are parsed. */
interface Flags {
  readonly resume?: boolean;
  readonly initFrom?: string;
  readonly dryRun?: boolean;
  readonly device?: Device;
  readonly threads?: number;
  readonly quiet?: boolean;
}

/** Adds `aquatint train` to the program. */
export const addTrain = (program: Command, io: Io): Command =>
  program
    .command("train")
    .summary("train a model")
    .description(
      "Trains the model that a configuration describes. Ctrl-C saves a checkpoint, from which --resume continues.",
    )
    .argument("<config>", "configuration file, JSON")
    .option("--resume", "continue from the run's newest checkpoint")
    .option("--init-from <model>", "folder of a model whose weights a new run starts with")
    .option("--dry-run", "describe the run and time three steps; writes nothing")
    .option("--device <name>", `${nodeDevices.join(", ")} (default: cpu)`, device)
    .option(
      "--threads <n>",
      "number of threads (default: one for each core)",
      whole("--threads", { min: 1, max: 1024, example: 4 }),
    )
    .option("--quiet", "print only the folder of the model")
    .action(async (config: string, flags: Flags) => {
      const { resume, device, threads, quiet = false } = flags;
      const path = resolve(io.cwd, config);
      const initFrom = flags.initFrom === undefined ? undefined : resolve(io.cwd, flags.initFrom);
      if (flags.dryRun) return reportDryRun(dryTrainRun(path, { device, threads, initFrom }), io);
      const run = trainRun(path, { resume, device, threads, initFrom, signal: io.signal });
      const events = reportedRun(run, { maker: `aquatint ${version}` });
      return reportTraining(events, { io, quiet });
    });

type StartEvent = Extract<RunEvent, { type: "start" }>;
/** An event of a training run, or of the report that is drawn beside it. */
export type ShownEvent = RunEvent | ReportEvent;

/** Shows a run as it goes: progress on stderr, the model's folder on stdout. */
export async function reportTraining(
  events: AsyncIterable<ShownEvent>,
  { io, quiet = false }: { readonly io: Io; readonly quiet?: boolean },
): Promise<void> {
  const reporter = createReporter(io, quiet);
  io.signal.addEventListener("abort", reporter.aborted);
  try {
    for await (const event of events) reporter.show(event);
  } finally {
    io.signal.removeEventListener("abort", reporter.aborted);
    reporter.hide();
  }
}

function createReporter(io: Io, quiet: boolean) {
  let view: TrainingView | undefined;
  let reported = false;
  const note = (line: string) => {
    view?.hide();
    if (!quiet) io.stderr.write(`${line}\n`);
  };
  const end = (path: string, text?: string) => {
    if (text !== undefined) note(text);
    view?.hide();
    io.stdout.write(`${shortPath(path, io.cwd)}\n`);
  };
  const at = (path: string, step: number) => `${shortPath(path, io.cwd)} at step ${step}`;
  const shows: { readonly [T in ShownEvent["type"]]: (event: Extract<ShownEvent, { type: T }>) => void } = {
    start(start) {
      note(startText(start, io.cwd));
      view = trainingView({ io, start, quiet });
    },
    step: (event) => view?.step(event),
    checkpoint: ({ path, step }) => note(`saved ${at(path, step)}`),
    samples({ path, step, images }) {
      note(`drew ${at(path, step)}`);
      if (!quiet) io.stderr.write(renderSamples(images, { stream: io.stderr, env: io.env }));
    },
    report({ path }) {
      if (!reported) note(`report in ${shortPath(path, io.cwd)}, written anew with each checkpoint`);
      reported = true;
    },
    evaluation: ({ step, metrics }) => note(`held-out data at step ${step}: ${listed(metrics)}`),
    problem: ({ message }) => note(`warning: ${message}`),
    model: ({ path, ended }) => end(path, ended === "steps" ? undefined : endings[ended]),
    finished: (run) => end(run.path, finishedText(run, io.cwd)),
  };
  return {
    show: <T extends ShownEvent["type"]>(event: Extract<ShownEvent, { type: T }>) => shows[event.type as T](event),
    aborted: () => note("saving a checkpoint… (once more to end without it)"),
    hide: () => view?.hide(),
  };
}

const endings: Readonly<Record<EndReason, string>> = {
  steps: "all steps are done",
  minutes: "the time is over",
  plateau: "the loss no longer falls",
};

const finishedText = ({ folder, step, ended }: FinishedRun, cwd: string): string =>
  `nothing to do: ${shortPath(folder, cwd)} ended at step ${step}, ${endings[ended]}
for a longer run, raise "steps" or "minutes" in the configuration and resume it again`;

function startText({ folder, parameters, step, steps, device }: StartEvent, cwd: string): string {
  const where = `on ${device} in ${shortPath(folder, cwd)}${step > 0 ? `, from step ${step}` : ""}`;
  const length = steps === undefined ? "" : ` for ${steps} steps`;
  return `training ${millions(parameters)} weights${length} ${where}`;
}

/** "loss 0.6365 (0–25 % 1.049, 25–50 % 0.7049)  psnr 12.5" */
const listed = (metrics: Readonly<Record<string, number>>): string =>
  metricFamilies(Object.keys(metrics))
    .map(({ name, members }) => {
      const total = metrics[name] === undefined ? "" : ` ${figureText(metrics[name])}`;
      const bands = members
        .filter(({ band }) => band)
        .map(({ metric, band }) => `${band} ${figureText(lookup(metrics, metric))}`);
      return `${name}${total}${bands.length > 0 ? ` (${bands.join(", ")})` : ""}`;
    })
    .join("  ");

const millions = (n: number): string => (n < 1e6 ? n.toLocaleString("en") : `${(n / 1e6).toFixed(2)} million`);

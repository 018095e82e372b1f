import type { DryRunEvent, DryRunPace } from "../train/run/dry-run.ts";
import type { TrainingPlan } from "../train/run/plan.ts";
import { duration } from "../util/words.ts";
import type { Io } from "./io.ts";

/** Writes what a run would be to stdout, as it becomes known. */
export async function reportDryRun(events: AsyncIterable<DryRunEvent>, io: Io): Promise<void> {
  for await (const event of events) io.stdout.write(`${table(rows[event.type](event as never)).join("\n")}\n`);
}

type Row = readonly [label: string, value: string];

/** Characters before the values. */
const LABEL = 17;
const table = (rows: readonly Row[]): readonly string[] =>
  rows.map(([label, value]) => `${label.padEnd(LABEL)}${value}`.trimEnd());

const rows: { readonly [T in DryRunEvent["type"]]: (event: Extract<DryRunEvent, { type: T }>) => readonly Row[] } = {
  plan: ({ config, plan, preset, device }) => [
    ["task", `${config.task} on ${config.dataset.name}, ${device}`],
    ...preset.map(
      ([path, value], i): Row => [i ? "" : `preset ${config.preset}`, `${path} = ${JSON.stringify(value)}`],
    ),
    ...plan.parts.map(
      ({ name, parameters, frozen }): Row => [
        name,
        `${count(parameters)} parameters${frozen ? `, ${frozen === parameters ? "frozen" : `${count(frozen)} of them frozen`}` : ""}`,
      ],
    ),
    ...memoryRows(plan),
    ["", "measuring three steps…"],
  ],
  pace: (pace) => [
    ["memory measured", `${mebibytes(pace.memory)} at most: the above, activations, data and programs`],
    ["loading", duration(pace.secondsToLoad)],
    ["a step", `${pace.secondsPerStep.toPrecision(3)} s, ${pace.samplesPerSecond.toPrecision(3)} samples a second`],
    ["the run", inAll(pace)],
  ],
};

const memoryRows = ({ weights, gradients, optimizer, averages }: TrainingPlan): readonly Row[] => [
  ["memory planned", `${mebibytes(weights + gradients + optimizer + averages)} before activations, of which`],
  ["  weights", mebibytes(weights)],
  ["  gradients", mebibytes(gradients)],
  ["  optimizer", mebibytes(optimizer)],
  ["  averages", mebibytes(averages)],
];

const inAll = ({ stepsInAll, secondsInAll }: DryRunPace): string =>
  stepsInAll === undefined || secondsInAll === undefined
    ? "until the loss no longer falls"
    : `${count(stepsInAll)} steps, ${duration(secondsInAll)} without samples and checkpoints`;

const count = (n: number): string => n.toLocaleString("en");
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

import { type Command, type Io, openFile, shortPath } from "aquatint/cli";
import { logSnr, type Schedule, scheduleNamed } from "aquatint/diffusion";
import { addScheduleFlags } from "./schedule-flags.ts";

/** The options of `aquatint schedule`, as they are parsed. */
interface Flags {
  readonly name: string;
  readonly steps: number;
  readonly json?: boolean;
  readonly plot?: string;
}

/** Adds `aquatint schedule` to the program. */
export const addSchedule = (program: Command, io: Io): Command =>
  addScheduleFlags(
    program
      .command("schedule")
      .summary("show a noise schedule")
      .description(
        "Shows a noise schedule: alphaBar, the share of the image's variance that is left at t, from 1 to 0.",
      ),
    "name",
  )
    .option("--json", 'print {"name", "steps", "alphaBar": [0 .. T]} on stdout and nothing else')
    .option("--plot <file>", "SVG file: the schedule beside linear and cosine, overwritten if it exists")
    .action((flags: Flags) => showSchedule(flags, io));

async function showSchedule({ name, steps, json, plot }: Flags, io: Io): Promise<void> {
  const schedule = scheduleNamed(name, { steps });
  const write =
    plot === undefined ? undefined : await openFile({ flag: "--plot", extension: ".svg", path: plot }, io.cwd);
  const path = await write?.(await drawn(schedule));
  if (json) {
    const alphaBar = Array.from({ length: steps + 1 }, (_, t) => schedule.alphaBar(t));
    io.stdout.write(`${JSON.stringify({ name, steps, alphaBar })}\n`);
    return;
  }
  io.stdout.write(described(schedule));
  if (path !== undefined) io.stdout.write(`${shortPath(path, io.cwd)}\n`);
}

/** The lecture's figure, linear and cosine together, with the schedule that was asked for. */
async function drawn(schedule: Schedule): Promise<string> {
  const { name, steps } = schedule;
  const alternatives = ["linear", "cosine"].filter((other) => other !== name);
  // linear has a T of its own where the one asked for is too short for its betas
  const schedules = [...alternatives.map((other) => scheduleNamed(other, { steps: Math.max(steps, 1000) })), schedule];
  const { schedulesFigure } = await import("../theory/schedule-figures.node.ts");
  return schedulesFigure(schedules);
}

/** The schedule at tenths of T, as a table. */
function described({ name, steps, alphaBar, level }: Schedule): string {
  const times = [...new Set(Array.from({ length: 11 }, (_, i) => Math.round((i * steps) / 10)))];
  const rows = times.map((t) => {
    const { alpha, sigma } = level(t);
    return [
      String(t),
      alphaBar(t).toPrecision(5),
      alpha.toPrecision(5),
      sigma.toPrecision(5),
      decibels(logSnr(level(t))),
    ];
  });
  const lines = [["t", "alphaBar", "alpha", "sigma", "SNR in dB"], ...rows].map((row) =>
    row.map((cell, i) => cell.padStart(i === 0 ? 7 : 13)).join(""),
  );
  return `${name}, T = ${steps}\n${lines.join("\n")}\n`;
}

const decibels = (logRatio: number): string =>
  Number.isFinite(logRatio)
    ? ((10 * logRatio) / Math.LN10).toFixed(1).replace(/^-0.0$/, "0.0")
    : logRatio > 0
      ? "infinite"
      : "-infinite";

import { resolve } from "node:path";
import type { Command } from "commander";
import { openDataset, readDatasetConfig } from "../../data/dataset.node.ts";
import { type Dataset, reportLines, type Split, splits } from "../../data/dataset.ts";
import { contactSheet } from "../../data/sheet.node.ts";
import type { Io } from "../io.ts";
import { choice, seeds, whole } from "../options/names.ts";
import { openFile, shortPath } from "../options/outputs.ts";

/** The options of `aquatint data`, as they are parsed. */
interface Flags {
  readonly out: string;
  readonly count?: number;
  readonly columns?: number;
  readonly seed: number;
  readonly split: Split;
}

/** Adds `aquatint data` to the program. */
export const addData = (program: Command, io: Io): Command =>
  program
    .command("data")
    .summary("draw samples of a data set")
    .description("Draws samples of a data set with their captions, as a run of the same seed sees them.")
    .argument("<config>", "configuration file of a training run, or of its data set alone, JSON")
    .option("--out <file>", "PNG file, overwritten if it exists", "sheet.png")
    .option(
      "--count <n>",
      "samples (default: 40 images or 12 clips)",
      whole("--count", { min: 1, max: 1000, example: 40 }),
    )
    .option(
      "--columns <n>",
      "samples side by side (default: 8 images or 1 clip)",
      whole("--columns", { min: 1, max: 100, example: 8 }),
    )
    .option("--seed <n>", "seed of the stream", whole("--seed", seeds), 0)
    .option("--split <name>", splits.join(", "), choice("--split", splits), "train")
    .action((config: string, flags: Flags) => showData(resolve(io.cwd, config), flags, io));

async function showData(config: string, { out, ...options }: Flags, io: Io): Promise<void> {
  const write = await openFile({ flag: "--out", extension: ".png", path: out }, io.cwd);
  const dataset = await openDataset(await readDatasetConfig(config));
  describeFiles(dataset, io);
  io.stdout.write(`${shortPath(await write(await contactSheet(dataset, options)), io.cwd)}\n`);
}

/** Prints which files were used and which were not, of data sets that read files. */
function describeFiles({ report }: Dataset, { stderr }: Io): void {
  if (!report) return;
  stderr.write(`${report.counts.train} images to train on, ${report.counts["held-out"]} held out\n`);
  for (const line of reportLines(report)) stderr.write(`${line}\n`);
}

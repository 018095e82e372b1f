import { join, resolve } from "node:path";
import {
  type Command,
  createProgress,
  type Io,
  integer,
  openFile,
  reportTraining,
  shortPath,
  version,
} from "aquatint/cli";
import { reportedRun, trainRun } from "aquatint/node";

/** The options of `aquatint compare`, as they are parsed. */
interface Flags {
  readonly out: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `aquatint compare` to the program. */
export const addCompare = (program: Command, io: Io): Command =>
  program
    .command("compare")
    .summary("train and compare a VAE, a GAN and a diffusion model on the same images")
    .description(
      "Trains the models of a comparison that are not trained yet (a VAE, a GAN, a diffusion model, and the classifier that judges them), measures all of them in one run, and writes index.html and compare.json.",
    )
    .argument("<config>", "configuration of the comparison, JSON")
    .requiredOption("--out <folder>", "folder of the report, whose files are overwritten")
    .option(
      "--threads <n>",
      "number of threads (default: one for each core)",
      integer("--threads", { min: 1, max: 1024, example: 4 }),
    )
    .option("--json", "print the numbers as one JSON object on stdout")
    .option("--quiet", "show no progress")
    .action((config: string, flags: Flags) => compare(resolve(io.cwd, config), flags, io));

async function compare(path: string, { out, threads, json, quiet = false }: Flags, io: Io): Promise<void> {
  const [{ openComparison, untrainedRuns }, { compareModels }] = await Promise.all([
    import("../compare/open.node.ts"),
    import("../compare/compare.node.ts"),
  ]);
  const comparison = await openComparison(path);
  const folder = resolve(io.cwd, out);
  const [page, numbers] = await Promise.all([
    openFile({ flag: "--out", extension: ".html", path: join(folder, "index.html") }, io.cwd),
    openFile({ flag: "--out", extension: ".json", path: join(folder, "compare.json") }, io.cwd),
  ]);
  const maker = `aquatint ${version}`;
  for (const { path: config, resume } of await untrainedRuns(comparison)) {
    const run = trainRun(config, { resume, threads, signal: io.signal });
    await reportTraining(reportedRun(run, { maker }), { io: { ...io, stdout: io.stderr }, quiet });
  }
  const progress = createProgress({ stream: io.stderr, total: comparison.models.length, unit: "models", quiet });
  try {
    for await (const event of compareModels(comparison, { threads, maker, signal: io.signal })) {
      if (event.type === "part") {
        progress.update(event.i, event.name);
        continue;
      }
      progress.hide();
      const text = `${JSON.stringify(event.measured, null, 1)}\n`;
      await numbers(text);
      const report = await page(event.html);
      io.stdout.write(json ? text : `${shortPath(report, io.cwd)}\n`);
    }
  } finally {
    progress.hide();
  }
}

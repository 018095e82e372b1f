import { resolve } from "node:path";
import { type Command, createProgress, type Io, openFile, shortPath, version } from "aquatint/cli";
import { DEFAULT_MODEL_PACKAGE } from "aquatint/node";
import { duration } from "aquatint/util";

/** The options of `aquatint theory`, as they are parsed. */
interface Flags {
  readonly out: string;
  readonly model?: string;
  readonly image?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `aquatint theory` to the program. */
export const addTheory = (program: Command, io: Io): Command =>
  program
    .command("theory")
    .summary("write a page about the mathematics of diffusion")
    .description(
      "Writes one HTML file that shows the theory and measures the software against it: schedules, the forward process, the posterior, every sampler's trajectories and order, one-shot denoising and the ELBO.",
    )
    .option("--out <file>", "HTML file, overwritten if it exists", "theory.html")
    .option("--model <path>", `folder of a pixel model (default: pixel in ${DEFAULT_MODEL_PACKAGE})`)
    .option("--image <files...>", "images to show (default: scenes that training never sees)")
    .option("--json", "print one JSON object with every number on stdout and nothing else")
    .option("--quiet", "show no progress")
    .action((flags: Flags) => theory(flags, io));

async function theory({ out, model, image, json, quiet = false }: Flags, io: Io): Promise<void> {
  const write = await openFile({ flag: "--out", extension: ".html", path: out }, io.cwd);
  const { theoryReport } = await import("../theory/report.node.ts");
  const report = theoryReport({
    model: model === undefined ? undefined : resolve(io.cwd, model),
    images: image?.map((path) => resolve(io.cwd, path)),
    maker: `aquatint ${version}`,
    signal: io.signal,
  });
  const progress = createProgress({ stream: io.stderr, total: 8, unit: "parts", quiet });
  try {
    for await (const event of report) {
      if (event.type === "part") {
        progress.update(event.i, event.title);
        continue;
      }
      const path = await write(event.html);
      progress.hide();
      const { data, seconds } = event;
      io.stdout.write(
        json ? `${JSON.stringify({ path, seconds, ...data })}\n` : `${shortPath(path, io.cwd)}  ${duration(seconds)}\n`,
      );
    }
  } finally {
    progress.hide();
  }
}

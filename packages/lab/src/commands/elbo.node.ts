import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { type Command, choice, createProgress, type Io, imageInput, integer, seed as seedOption } from "aquatint/cli";
import { levels } from "aquatint/diffusion";
import { jsonSeed, type Seed, torchCpu } from "aquatint/math";
import { DEFAULT_MODEL_PACKAGE } from "aquatint/node";
import { duration } from "aquatint/util";
import { type Elbo, type ElboTerm, elbo, elboOf } from "../elbo/elbo.ts";
import { fixedVariances, reverseStep } from "../elbo/reverse-process.ts";
import { openPixelDenoiser } from "../theory/pixel-denoiser.node.ts";
import type { PixelDenoiser } from "../theory/pixel-denoiser.ts";

/** The options of `aquatint elbo`, as they are parsed. */
interface Flags {
  readonly image: string;
  readonly model?: string;
  readonly prompt: string;
  readonly variance: keyof typeof fixedVariances;
  readonly steps?: number;
  readonly seed?: Seed;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const variances = Object.keys(fixedVariances) as (keyof typeof fixedVariances)[];

/** Adds `aquatint elbo` to the program. */
export const addElbo = (program: Command, io: Io): Command =>
  program
    .command("elbo")
    .summary("compute the evidence lower bound of an image")
    .description(
      "Computes the evidence lower bound of an image under a pixel model, in bits per dimension: reconstruction, prior matching, and denoising matching for every t. Fewer bits are better.",
    )
    .requiredOption("--image <file>", "PNG file; with the package sharp also JPEG, WebP, AVIF, GIF, TIFF, SVG")
    .option("--model <path>", `folder of a pixel model (default: pixel in ${DEFAULT_MODEL_PACKAGE})`)
    .option("--prompt <text>", "prompt: what the image shows", "")
    .option(
      "--variance <kind>",
      `of the reverse steps: ${variances.join(", ")}`,
      choice("--variance", variances),
      "small",
    )
    .option(
      "--steps <n>",
      "number of levels; fewer give a coarser bound (default: all T)",
      integer("--steps", { min: 1, example: 100 }),
    )
    .option("--seed <s>", "same seed, same noise (default: a new one)", seedOption("--seed"))
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--quiet", "show no progress")
    .action((flags: Flags) => showElbo(flags, io));

async function showElbo(flags: Flags, io: Io): Promise<void> {
  const { json, prompt, variance, seed = randomInt(2 ** 32) } = flags;
  await using model = await openPixelDenoiser({ model: flags.model && resolve(io.cwd, flags.model) });
  const size = { width: model.size, height: model.size };
  const { values, resizedFrom } = await imageInput(flags.image, () => size, { io, quiet: flags.quiet });
  const start = performance.now();
  const terms = await termsOf(model, values, { ...flags, seed }, io);
  const seconds = Math.round(performance.now() - start) / 1000;
  const sums = elboOf(terms);
  if (json) {
    const { name, settings } = model;
    const report = {
      model: name,
      ...size,
      resizedFrom,
      schedule: settings.schedule.name,
      variance,
      prompt,
      seed: jsonSeed(seed),
    };
    io.stdout.write(`${JSON.stringify({ ...report, bitsPerDimension: sums, terms, seconds })}\n`);
  } else io.stdout.write(described(sums, terms, duration(seconds)));
}

async function termsOf(
  { settings, conditioned }: PixelDenoiser,
  x0: Float32Array,
  { prompt, variance, steps = settings.schedule.steps, seed, quiet = false }: Flags,
  { signal, stderr }: Io,
): Promise<readonly ElboTerm[]> {
  const trajectory = levels({ schedule: settings.schedule, steps });
  const reverse = reverseStep(await conditioned([prompt], signal), { variance });
  const stream = torchCpu(seed!);
  const progress = createProgress({ stream: stderr, total: steps, unit: "evaluations", quiet });
  const terms: ElboTerm[] = [];
  try {
    for await (const term of elbo({ levels: trajectory, reverse, x0, noise: () => stream.randn(x0.length), signal })) {
      terms.push(term);
      progress.update(terms.length - 1);
    }
  } finally {
    progress.hide();
  }
  return terms;
}

/** The three terms, and where in t the bits of the denoising terms lie. */
function described(sums: Elbo, terms: readonly ElboTerm[], time: string): string {
  const rows = [
    ["reconstruction", sums.reconstruction],
    ["prior matching", sums.priorMatching],
    ["denoising matching", sums.denoisingMatching],
    ["ELBO", sums.total],
  ] as const;
  const steps = terms.length - 1;
  const denoising = terms.filter(({ part }) => part === "denoising matching");
  const half = denoising.toReversed().findIndex((_, i, all) => {
    return all.slice(0, i + 1).reduce((sum, { bits }) => sum + bits, 0) >= sums.denoisingMatching / 2;
  });
  const lines = rows.map(([name, bits]) => `${name.padEnd(20)}${bits.toFixed(5).padStart(10)} bits per dimension`);
  const middle = denoising.toReversed()[half]?.t;
  const where = middle === undefined ? "" : `; half of the denoising bits lie at t <= ${middle}`;
  return `${lines.join("\n")}\n${steps} evaluations in ${time}${where}\n`;
}

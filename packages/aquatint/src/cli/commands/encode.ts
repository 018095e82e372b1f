import { resolve } from "node:path";
import type { Command } from "commander";
import { readDatasetConfig } from "../../data/dataset.node.ts";
import { splits } from "../../data/dataset.ts";
import { type EncodeEvent, encodePool } from "../../train/run/encode.node.ts";
import type { Io } from "../io.ts";
import { seeds, whole } from "../options/names.ts";
import { checkFolder, shortPath } from "../options/outputs.ts";

/** The options of `aquatint encode`, as they are parsed. */
interface Flags {
  readonly vae: string;
  readonly out: string;
  readonly count: number;
  readonly heldOut: number;
  readonly seed: number;
  readonly threads?: number;
}

/** Adds `aquatint encode` to the program. */
export const addEncode = (program: Command, io: Io): Command =>
  program
    .command("encode")
    .summary("encode a data set's images or clips as latents, to train on")
    .description(
      "Encodes the images of a data set, or the frames of its clips, as latents, and writes them with their captions to a folder. The data set latent-pool reads the folder, so that training does not run the autoencoder. Repeat a stopped command to continue it.",
    )
    .argument("<config>", "configuration file of a training run, or of its data set alone, JSON")
    .requiredOption("--vae <folder>", 'folder of an autoencoder, such as model/ of a run of "task": "autoencoder"')
    .requiredOption("--out <folder>", "folder of the pool")
    .option(
      "--count <n>",
      "number of images or clips to train on",
      whole("--count", { min: 1, example: 400000 }),
      100_000,
    )
    .option(
      "--held-out <n>",
      "number of images or clips to evaluate on",
      whole("--held-out", { min: 1, example: 1024 }),
      1024,
    )
    .option("--seed <n>", "seed of the data set", whole("--seed", seeds), 0)
    .option(
      "--threads <n>",
      "CPU threads of the encoder (default: all cores)",
      whole("--threads", { min: 1, example: 1 }),
    )
    .action((config: string, flags: Flags) => encode(resolve(io.cwd, config), flags, io));

/** "train: 4000 clips of 16 frames, 262.1 MB". */
function planText({ facts: { clip }, counts, bytes }: Extract<EncodeEvent, { type: "plan" }>): string {
  const what = clip ? `clips of ${clip.frames} frames` : "images";
  return splits.map((split) => `${split}: ${counts[split]} ${what}, ${(bytes[split] / 1e6).toFixed(1)} MB\n`).join("");
}

/** Milliseconds between two lines of progress. */
const PACE = 20_000;

async function encode(config: string, { count, heldOut, ...flags }: Flags, io: Io): Promise<void> {
  const out = resolve(io.cwd, flags.out);
  await checkFolder(out, "choose another folder with --out FOLDER");
  const events = encodePool({
    ...flags,
    dataset: await readDatasetConfig(config),
    vae: resolve(io.cwd, flags.vae),
    out,
    counts: { train: count, "held-out": heldOut },
    signal: io.signal,
  });
  let last = performance.now();
  for await (const event of events) {
    if (event.type === "plan") io.stderr.write(planText(event));
    else if (performance.now() - last >= PACE) {
      last = performance.now();
      io.stderr.write(`${event.split}: ${event.done} of ${event.of}\n`);
    }
  }
  io.stdout.write(`${shortPath(out, io.cwd)}\n`);
}

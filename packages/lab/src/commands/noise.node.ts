import { randomInt } from "node:crypto";
import {
  type Command,
  type Io,
  imageInput,
  openOutputs,
  renderImage,
  seed as seedOption,
  shortPath,
  stemOf,
  supportsImages,
  times,
} from "aquatint/cli";
import { noised, scheduleNamed, toCoordinates, variancePreserving } from "aquatint/diffusion";
import { imageStrip, tensorToImage, within } from "aquatint/formats";
import { jsonSeed, type Seed, torchCpu } from "aquatint/math";
import { addScheduleFlags } from "./schedule-flags.ts";

/** The options of `aquatint noise`, as they are parsed. */
interface Flags {
  readonly schedule: string;
  readonly at?: readonly number[];
  readonly steps: number;
  readonly seed?: Seed;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Longest side of an image in a strip, in pixels; small ones are enlarged to at least a quarter of it. */
const SIDE = 256;

/** Adds `aquatint noise` to the program. */
export const addNoise = (program: Command, io: Io): Command =>
  addScheduleFlags(
    program
      .command("noise")
      .summary("add noise to an image: the forward process as a strip")
      .description(
        "Draws an image x_0 with the noise of several times t, as a strip of x_t. The noise is the same at each t. Without --out, writes the strip to ./out/ under a new name.",
      )
      .argument("<image>", "PNG file; with the package sharp also JPEG, WebP, AVIF, GIF, TIFF, SVG"),
    "schedule",
  )
    .option("--at <times>", "times in 0 .. T, separated by commas (default: 0,100,250,500,1000 of 1000)", times("--at"))
    .option("--seed <s>", "same seed, same noise (default: a new one)", seedOption("--seed"))
    .option("--out <file>", "PNG file of the strip, overwritten if it exists")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--quiet", "print no messages about resizing")
    .action((image: string, flags: Flags) => noise(image, flags, io));

async function noise(path: string, flags: Flags, io: Io): Promise<void> {
  const { steps, seed = randomInt(2 ** 32), json } = flags;
  const schedule = scheduleNamed(flags.schedule, { steps });
  const at = flags.at ?? [0, 0.1, 0.25, 0.5, 1].map((u) => u * steps);
  const levels = at.map((t) => toCoordinates(variancePreserving, schedule.level(t)));
  const outputs = await openOutputs(
    { ...flags, count: 1, extensions: [".png"], prompt: `${stemOf(path)} noise` },
    io.cwd,
  );
  const input = await imageInput(path, (size) => within(size, SIDE), { io, quiet: flags.quiet });
  const { values, image, resizedFrom } = input;
  const eps = torchCpu(seed).randn(values.length);
  const images = levels.map((level) => tensorToImage(noised(level, { x0: values, eps }), image));
  const scale = Math.max(1, Math.ceil(SIDE / 4 / Math.min(image.width, image.height)));
  const sheet = imageStrip([images], { scale });
  const file = await outputs.image(0, sheet);
  if (json) {
    const { width, height } = image;
    const points = levels.map(({ t, alpha, sigma }) => ({ t, alpha, sigma }));
    const report = {
      path: file,
      schedule: schedule.name,
      steps,
      seed: jsonSeed(seed),
      width,
      height,
      resizedFrom,
      at: points,
    };
    io.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const screen = { stream: io.stdout, env: io.env };
  if (supportsImages(screen)) io.stdout.write(renderImage(sheet, screen));
  io.stdout.write(`${shortPath(file, io.cwd)}  ${schedule.name}, t = ${at.join(", ")} of ${steps}, seed ${seed}\n`);
}

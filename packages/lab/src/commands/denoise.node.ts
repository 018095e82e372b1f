import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import {
  type Command,
  decimal,
  type Io,
  imageInput,
  openOutputs,
  renderImage,
  seed as seedOption,
  shortPath,
  stemOf,
  supportsImages,
} from "aquatint/cli";
import { encodePng, imageStrip, tensorToImage } from "aquatint/formats";
import { jsonSeed, type Seed } from "aquatint/math";
import { DEFAULT_MODEL_PACKAGE } from "aquatint/node";
import { denoisedOnce } from "../theory/one-shot.ts";
import { openPixelDenoiser } from "../theory/pixel-denoiser.node.ts";

/** The options of `aquatint denoise`, as they are parsed. */
interface Flags {
  readonly sigma: number;
  readonly prompt: string;
  readonly model?: string;
  readonly seed?: Seed;
  readonly out?: string;
  readonly strip?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `aquatint denoise` to the program. */
export const addDenoise = (program: Command, io: Io): Command =>
  program
    .command("denoise")
    .summary("add noise to an image and remove it in one evaluation")
    .description(
      "Adds noise to an image, x = x_0 + sigma eps, and lets a pixel model estimate x_0 in one evaluation. Without --out, writes the estimate to ./out/ under a new name.",
    )
    .argument("<image>", "PNG file; with the package sharp also JPEG, WebP, AVIF, GIF, TIFF, SVG")
    .option(
      "--sigma <s>",
      "standard deviation of the noise, for an image in -1 .. 1",
      decimal("--sigma", { min: 0.001, example: 0.75 }),
      0.75,
    )
    .option("--prompt <text>", "prompt: what the image shows", "")
    .option("--model <path>", `folder of a pixel model (default: pixel in ${DEFAULT_MODEL_PACKAGE})`)
    .option("--seed <s>", "same seed, same noise (default: a new one)", seedOption("--seed"))
    .option("--out <file>", "PNG file of the estimate, overwritten if it exists")
    .option("--strip <file>", "PNG file: the image, the noised one and the estimate, side by side")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--quiet", "print no messages about resizing")
    .action((image: string, flags: Flags) => denoise(image, flags, io));

async function denoise(path: string, flags: Flags, io: Io): Promise<void> {
  const { sigma, prompt, json, seed = randomInt(2 ** 32) } = flags;
  const outputs = await openOutputs(
    { ...flags, count: 1, extensions: [".png"], prompt: `${stemOf(path)} denoised` },
    io.cwd,
  );
  await using model = await openPixelDenoiser({ model: flags.model && resolve(io.cwd, flags.model) });
  const size = { width: model.size, height: model.size };
  const input = await imageInput(path, () => size, { io, quiet: flags.quiet });
  const conditioning = await model.conditioned([prompt], io.signal);
  const shot = await denoisedOnce(conditioning, { x0: input.values, sigma, seed, schedule: model.settings.schedule });
  const [noisy, estimate] = [tensorToImage(shot.x, size), tensorToImage(shot.x0, size)];
  const side = imageStrip([[input.image, noisy, estimate]], { scale: Math.max(1, Math.ceil(96 / model.size)) });
  const file = await outputs.image(0, estimate);
  const comparison = await outputs.strip?.(0, encodePng(side));
  const { t, psnr } = shot;
  if (json) {
    const report = {
      path: file,
      strip: comparison,
      sigma,
      t,
      seed: jsonSeed(seed),
      ...size,
      resizedFrom: input.resizedFrom,
      psnr,
    };
    io.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const screen = { stream: io.stdout, env: io.env };
  if (supportsImages(screen)) io.stdout.write(renderImage(side, screen));
  const decibels = `PSNR ${psnr.before.toFixed(2)} dB before, ${psnr.after.toFixed(2)} dB after`;
  io.stdout.write(`${shortPath(file, io.cwd)}  sigma ${sigma} (t = ${t.toFixed(1)}), seed ${seed}, ${decibels}\n`);
  if (comparison !== undefined) io.stdout.write(`${shortPath(comparison, io.cwd)}\n`);
}

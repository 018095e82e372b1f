import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import type { Command } from "commander";
import { strip, tensorToImage } from "../../formats/image/image.ts";
import { encodePng } from "../../formats/png/png.ts";
import { jsonSeed, type Seed } from "../../math/random.ts";
import { DEFAULT_MODEL_PACKAGE } from "../../pipelines/default-model.node.ts";
import { denoisedOnce } from "../../pipelines/one-shot.ts";
import { openPixelDenoiser } from "../../pipelines/pixel-denoiser.node.ts";
import type { Io } from "../io.ts";
import { imageInput, stemOf } from "../options/image-input.ts";
import { decimal, seed as seedOption } from "../options/names.ts";
import { openOutputs, shortPath } from "../options/outputs.ts";
import { renderImage, supportsImages } from "../terminal/terminal.ts";

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
    .summary("noise an image and take the noise away in one shot")
    .description(
      "Adds noise to an image, x = x_0 + sigma eps, and lets a pixel model estimate x_0 in one evaluation. Without --out the estimate goes to ./out/ under a new name.",
    )
    .argument("<image>", "PNG file; with the package sharp also JPEG, WebP, AVIF, GIF, TIFF, SVG")
    .option(
      "--sigma <s>",
      "standard deviation of the noise, for an image in -1 .. 1",
      decimal("--sigma", { min: 0.001, example: 0.75 }),
      0.75,
    )
    .option("--prompt <text>", "what the model is told of the image", "")
    .option("--model <path>", `folder of a pixel model (default: pixel in ${DEFAULT_MODEL_PACKAGE})`)
    .option("--seed <s>", "same seed, same noise (default: a new one)", seedOption("--seed"))
    .option("--out <file>", "PNG file of the estimate, overwritten if it exists")
    .option("--strip <file>", "PNG file: the image, the noised one and the estimate, side by side")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--quiet", "say nothing about resizing")
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
  const side = strip([[input.image, noisy, estimate]], { scale: Math.max(1, Math.ceil(96 / model.size)) });
  const written = await outputs.image(0, encodePng(estimate));
  const comparison = await outputs.strip?.(0, encodePng(side));
  const { t, psnr } = shot;
  if (json) {
    const report = {
      path: written,
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
  io.stdout.write(`${shortPath(written, io.cwd)}  sigma ${sigma} (t = ${t.toFixed(1)}), seed ${seed}, ${decibels}\n`);
  if (comparison !== undefined) io.stdout.write(`${shortPath(comparison, io.cwd)}\n`);
}

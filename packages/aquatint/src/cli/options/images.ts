import { randomInt } from "node:crypto";
import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import type { Size } from "../../formats/image/resize.ts";
import type { Seed } from "../../math/random.ts";
import type { GenerateOptions } from "../../pipelines/generate.node.ts";
import { hiresFixDefaults } from "../../pipelines/text-to-image/hires-fix.ts";
import { img2imgDefaults } from "../../pipelines/text-to-image/img2img.ts";
import { MAX_BATCH } from "../../pipelines/text-to-image/options.ts";
import type { Io } from "../io.ts";
import { addControlFlags, type ControlFlags, checkControlFlags, checkNeeds, controlInputs } from "./control.ts";
import { noteResized, readImage } from "./image-input.ts";
import { decimal, integer, seed, wrong } from "./parsers.ts";

/** The options of `aquatint generate` that begin with images, as they are parsed. */
export interface ImageFlags extends ControlFlags {
  readonly init?: string;
  readonly strength?: number;
  readonly mask?: string;
  readonly hires?: number;
  readonly hiresStrength?: number;
  readonly hiresSteps?: number;
  readonly variationStrength?: number;
  readonly variationSeed?: Seed;
  readonly batch: number;
  readonly strip?: string;
  readonly saveTrajectory?: string;
  readonly quiet?: boolean;
}

const share = (flag: string, example: number) => {
  const parse = decimal(flag, { min: 0, max: 1, example });
  return (text: string): number => {
    const value = parse(text);
    if (value > 0) return value;
    throw wrong(flag, "a number above 0 and at most 1", text, `for example ${flag} ${example}`);
  };
};

/** Adds the options that begin with images. */
export const addImageFlags = (command: Command): Command =>
  addVariation(addHires(addControlFlags(command, "input image")))
    .option("--init <file>", "initial image, for image-to-image: PNG; with the package sharp also JPEG, WebP, ...")
    .option(
      "--strength <s>",
      `how much to change --init, above 0 to 1 (default: ${img2imgDefaults.strength}; with --mask ${img2imgDefaults.inpaintingStrength})`,
      share("--strength", 0.6),
    )
    .option(
      "--mask <file>",
      "mask for inpainting, with the proportions of --init: white parts are painted, black parts kept",
    )
    .option(
      "--batch <n>",
      "images in one batch, which takes more memory; also sets --count unless that is given",
      integer("--batch", { min: 1, max: MAX_BATCH, example: 4 }),
      1,
    )
    .hook("preAction", (_, action) => {
      if (action.getOptionValueSource("count") === "default") action.setOptionValue("count", action.opts()["batch"]);
    });

const addHires = (command: Command): Command =>
  command
    .option(
      "--hires <scale>",
      "hires fix: enlarge the image by this factor, then run image-to-image on it",
      decimal("--hires", { min: 1, max: 8, example: 2 }),
    )
    .option(
      "--hires-strength <s>",
      `how much the second pass changes the enlarged image, above 0 to 1 (default: ${hiresFixDefaults.strength})`,
      share("--hires-strength", hiresFixDefaults.strength),
    )
    .option(
      "--hires-steps <n>",
      "steps of the second pass; the fraction --hires-strength of them runs (default: as --steps)",
      integer("--hires-steps", { min: 1, example: 20 }),
    );

const addVariation = (command: Command): Command =>
  command
    .option(
      "--variation-strength <s>",
      "how much of the noise of --variation-seed to mix into the start, 0 to 1",
      decimal("--variation-strength", { min: 0, max: 1, example: 0.2 }),
    )
    .option("--variation-seed <s>", "seed of a variation (default: a new one)", seed("--variation-seed"));

/** The images and how they are used, as options of `prepareGeneration`. */
export type ImageOptions = Required<
  Pick<GenerateOptions, "init" | "strength" | "mask" | "controls" | "controlNets" | "hires" | "variation" | "batch">
>;

/** Reads the images that the options name. @throws AquatintError "cli/option" for options that do not fit together. */
export async function imageOptions(flags: ImageFlags, io: Io): Promise<ImageOptions> {
  checkTogether(flags);
  const read = (file: string, transparent?: "painted") =>
    readImage(file, { io, quiet: flags.quiet, ...(transparent && { transparent }) });
  const init = flags.init === undefined ? undefined : await read(flags.init);
  const mask = flags.mask === undefined ? undefined : await read(flags.mask, "painted");
  const { controlNets, inputs } = await controlInputs(flags, { io, read });
  const { hires: scale, hiresStrength: strength, hiresSteps: steps } = flags;
  return {
    init,
    strength: flags.strength,
    mask,
    controls: inputs.map(({ input, ...control }) => ({ ...control, image: input })),
    controlNets,
    hires: scale === undefined ? undefined : { scale, strength, steps },
    variation: variationOf(flags),
    batch: flags.batch,
  };
}

function variationOf({ variationStrength: strength, variationSeed }: ImageFlags): ImageOptions["variation"] {
  if (strength === undefined) return undefined;
  return { strength, seed: variationSeed ?? randomInt(2 ** 32) };
}

function checkTogether(flags: ImageFlags): void {
  const refuse = (message: string, hint: string) => {
    throw new AquatintError("cli/option", message, { hint });
  };
  checkControlFlags(flags);
  checkNeeds([
    ["--strength", flags.strength, "--init", flags.init],
    ["--mask", flags.mask, "--init", flags.init],
    ["--hires-strength", flags.hiresStrength, "--hires", flags.hires],
    ["--hires-steps", flags.hiresSteps, "--hires", flags.hires],
    ["--variation-seed", flags.variationSeed, "--variation-strength", flags.variationStrength],
  ]);
  if (flags.hires === undefined) return;
  if (flags.hires === 1) refuse('--hires: expected a number above 1, got "1"', "for example --hires 2");
  if (flags.init !== undefined) {
    refuse("--hires enlarges an image made from words alone, and there is an --init", "give a larger --size instead");
  }
  const odd = [["--strip", flags.strip] as const, ["--save-trajectory", flags.saveTrajectory] as const];
  for (const [flag, file] of odd) {
    if (file !== undefined)
      refuse(`${flag} shows one walk, and --hires makes two of two sizes`, "leave one of them out");
  }
}

/** Says on stderr which of the images were brought to another size. */
export function noteAllResized(flags: ImageFlags, { init, mask, controls }: ImageOptions, { size, io }: Resized): void {
  const pairs = [
    [flags.init, init],
    [flags.mask, mask],
    ...(flags.controlImage ?? []).map((file, i) => [file, controls?.[i]?.image] as const),
  ] as const;
  for (const [file, image] of pairs) {
    if (file !== undefined && image) noteResized(file, { from: image, to: size, io, quiet: flags.quiet });
  }
}
interface Resized {
  readonly size: Size;
  readonly io: Io;
}

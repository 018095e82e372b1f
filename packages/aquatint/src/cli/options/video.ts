import { resolve } from "node:path";
import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import type { Image } from "../../formats/image/image.ts";
import { type FrameWindows, type WindowWeighting, windowWeightings } from "../../models/motion/index.ts";
import type { GenerateVideoOptions } from "../../pipelines/generate-video.node.ts";
import { type FrameNoise, frameNoiseNamed, frameNoises } from "../../pipelines/text-to-video/frame-noise.ts";
import type { FreeInitOptions } from "../../pipelines/text-to-video/free-init.ts";
import { MAX_FRAMES, videoDefaults } from "../../pipelines/text-to-video/options.ts";
import type { Io } from "../io.ts";
import { addControlFlags, type ControlFlags, checkControlFlags, controlInputs } from "./control.ts";
import { readImage } from "./image-input.ts";
import { choice } from "./names.ts";
import { decimal, integer, type Parser } from "./parsers.ts";

/** The options of a clip, as they are parsed. */
export interface VideoFlags extends ControlFlags {
  readonly motion?: string;
  readonly frames?: number;
  readonly fps: number;
  readonly init?: string;
  readonly firstFrame?: string;
  readonly strength?: number;
  readonly context?: number;
  readonly contextStride?: number;
  readonly contextWeights?: WindowWeighting;
  readonly closedLoop?: boolean;
  /** Only from a recipe, for which there is no option. */
  readonly lastWindow?: FrameWindows["lastWindow"];
  readonly frameNoise?: FrameNoise;
  readonly freeInit?: FreeInitOptions;
  readonly quiet?: boolean;
}

/** Adds the options of a clip to a command. */
export const addVideoFlags = (command: Command): Command =>
  addControlFlags(addWindows(command), "input image, or clip of an image for each frame,")
    .option(
      "--motion <path>",
      "folder or .safetensors file of an AnimateDiff motion adapter (default: the model's own, or the default model's)",
    )
    .option(
      "--frames <n>",
      `frames of the clip (default: ${videoDefaults.frames}, or those of --init)`,
      integer("--frames", { min: 1, max: MAX_FRAMES, example: 16 }),
    )
    .option(
      "--fps <f>",
      "frames per second of the file",
      decimal("--fps", { min: 0.1, max: 120, example: 8 }),
      videoDefaults.fps,
    )
    .option("--init <path>", "initial clip, for video-to-video: .gif, .webp, .png, .mp4, or a folder of images")
    .option("--first-frame <file>", "image that the clip starts from, for image-to-video")
    .option(
      "--strength <s>",
      `how much to change --init or --first-frame, above 0 to 1 (default: ${videoDefaults.strength}; with --first-frame 1)`,
      decimal("--strength", { min: 0, max: 1, example: 0.6 }),
    );

const iterations = integer("--free-init", { min: 2, max: 20, example: 3 });
const freeInit: Parser<FreeInitOptions> = (text) => ({ iterations: iterations(text) });

const addWindows = (command: Command): Command =>
  command
    .option(
      "--context <n>",
      "frames that the motion modules see at once, in windows that overlap; needed for long clips",
      integer("--context", { min: 1, max: MAX_FRAMES, example: 16 }),
    )
    .option(
      "--context-stride <n>",
      "frames from one window to the next (default: a quarter of --context)",
      integer("--context-stride", { min: 1, max: MAX_FRAMES, example: 4 }),
    )
    .option(
      "--context-weights <name>",
      `weights of a frame in each of its windows: ${Object.keys(windowWeightings).join(", ")} (default: pyramid)`,
      choice("--context-weights", Object.keys(windowWeightings) as WindowWeighting[]),
    )
    .option(
      "--closed-loop",
      "windows continue from the last frame to the first, so that the clip repeats without a jump",
    )
    .option(
      "--frame-noise <name>",
      `initial noise of the frames after the first window: ${frameNoises.join(", ")} (default: shuffle with --context)`,
      frameNoiseNamed,
    )
    .option(
      "--free-init <n>",
      "denoise n times, each time from noise that keeps the slow motion of the last result (FreeInit)",
      freeInit,
    );

type ClipOptions = Required<
  Pick<
    GenerateVideoOptions,
    | "motion"
    | "frames"
    | "fps"
    | "init"
    | "firstFrame"
    | "strength"
    | "windows"
    | "frameNoise"
    | "freeInit"
    | "controls"
    | "controlNets"
  >
>;

/** Reads the files that the options name; gives options of `prepareVideo`. @throws AquatintError "cli/option" for options that do not fit together. */
export async function videoOptions(
  flags: VideoFlags,
  { io, readClip }: { readonly io: Io; readonly readClip: (path: string) => Promise<readonly Image[]> },
): Promise<ClipOptions> {
  checkTogether(flags);
  const { motion, init, firstFrame } = flags;
  const at = (path: string) => resolve(io.cwd, path);
  const { controlNets, inputs } = await controlInputs(flags, {
    io,
    read: (file) => controlFrames(file, { io, quiet: flags.quiet, readClip: () => readClip(at(file)) }),
  });
  return {
    motion: motion === undefined ? undefined : at(motion),
    frames: flags.frames,
    fps: flags.fps,
    init: init === undefined ? undefined : await readClip(at(init)),
    firstFrame:
      firstFrame === undefined ? undefined : await readImage(firstFrame, { io, quiet: flags.quiet, still: true }),
    strength: flags.strength,
    windows: windowsOf(flags),
    frameNoise: flags.frameNoise,
    freeInit: flags.freeInit,
    controls: inputs.map(({ input, ...control }) => ({ ...control, images: input })),
    controlNets,
  };
}

/** The frames of a ControlNet's input, or the image for all frames. */
async function controlFrames(
  file: string,
  {
    readClip,
    ...notes
  }: { readonly io: Io; readonly quiet: boolean | undefined; readonly readClip: () => Promise<readonly Image[]> },
): Promise<readonly Image[]> {
  try {
    return await readClip();
  } catch (error) {
    if (error instanceof AquatintError && error.code === "clip/still") return [await readImage(file, notes)];
    throw error;
  }
}

function windowsOf({
  context,
  contextStride,
  contextWeights,
  closedLoop,
  lastWindow,
}: VideoFlags): Partial<FrameWindows> | undefined {
  const options = { length: context, stride: contextStride, weighting: contextWeights, closed: closedLoop, lastWindow };
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function checkTogether({ strength, init, firstFrame, ...flags }: VideoFlags): void {
  checkControlFlags(flags);
  if (strength === undefined || init !== undefined || firstFrame !== undefined) return;
  throw new AquatintError("cli/option", "--strength: there is no --init and no --first-frame", {
    hint: "give the clip or the image to begin with, too",
  });
}

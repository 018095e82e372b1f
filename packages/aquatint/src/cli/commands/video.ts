import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type JsonSeed, jsonSeed } from "../../math/random.ts";
import type { VideoGeneration } from "../../pipelines/generate-video.node.ts";
import type { TextToVideoPlan } from "../../pipelines/text-to-video/plan.ts";
import { promptKeys } from "../../pipelines/text-to-video/prompt-keys.ts";
import type { TextToVideoEvent, VideoEvent } from "../../pipelines/text-to-video/text-to-video.ts";
import { itemAt } from "../../util/items.ts";
import { duration } from "../../util/words.ts";
import type { Io } from "../io.ts";
import { checkpointFiles, noteUnused } from "../options/checkpoint.ts";
import { type ClipOutput, openClipOutput } from "../options/clip-outputs.ts";
import { shortPath } from "../options/outputs.ts";
import { integer } from "../options/parsers.ts";
import { previewOptions } from "../options/preview.ts";
import {
  addRequest,
  type CommandRequest,
  checkedPrompt,
  commandOptions,
  type RequestFlags,
} from "../options/request.ts";
import { addVideoFlags, type VideoFlags, videoOptions } from "../options/video.ts";
import { type CommandResult, withoutNotices, writeResults } from "../results.ts";
import { previewView } from "../terminal/preview-view.ts";
import { version } from "../version.ts";

/** The options of `aquatint video`, as they are parsed. */
interface Flags extends RequestFlags, VideoFlags {
  readonly loops: number;
  readonly quality?: number;
  readonly like?: string;
  readonly metadata: boolean;
}

/** Adds `aquatint video` to the program. */
export const addVideo = (program: Command, io: Io): Command =>
  addFiles(addVideoFlags(addRequest(program.command("video"), io, { noun: "clip", maximum: 1000 })))
    .summary("make clips from a prompt")
    .description(
      "Makes clips from a prompt with an AnimateDiff motion adapter. Without --out, writes them to ./out/ and never overwrites a file.",
    )
    .argument(
      "[prompt]",
      'what to show, in quotes: "a rocket taking off"; over frames: "0: a cat, 8: a dog"; not needed with --like',
    )
    .action(async (prompt: string | undefined, flags: Flags, command: Command) => {
      const context = { command, io, clips: true };
      const options = await commandOptions(flags, context);
      await video({ ...options, prompt: checkedPrompt(prompt ?? options.prompt, flags, context) }, io);
    });

const addFiles = (command: Command): Command =>
  command
    .option(
      "--out <path>",
      ".webp, .gif, .png, .mp4 or .webm file of the clip, or a folder of frames with a / at its end",
    )
    .option(
      "--loops <n>",
      "number of times that a .webp, .gif or .png file plays; 0 means forever",
      integer("--loops", { min: 0, max: 65535, example: 1 }),
      0,
    )
    .option(
      "--quality <n>",
      "quality of .webp, .mp4 and .webm files, 1 to 100",
      integer("--quality", { min: 1, max: 100, example: 90 }),
    )
    .option("--no-metadata", "do not store the settings in the clip")
    .option(
      "--like <path>",
      "repeat a clip with the settings in its file; a prompt and options on the command line override them",
    );

async function video({ prompt, flags, like }: CommandRequest<Flags>, io: Io): Promise<void> {
  const { model, seed = randomInt(2 ** 32), size: clipSize, out, loops, quality, fps, count, ...rest } = flags;
  const inputs = [flags.init, flags.firstFrame, ...(flags.controlImage ?? [])];
  const output = await openClipOutput(
    { ...clipSize, out, loops: loops || undefined, quality, fps, count, prompt, inputs },
    io.cwd,
  );
  const read = async (path: string) => {
    const { readClip } = await import("../../formats/video/read-clip.node.ts");
    return (await readClip(path)).frames;
  };
  const { prepareVideo } = await import("../../pipelines/generate-video.node.ts");
  const generation = await prepareVideo({
    ...rest,
    ...clipSize,
    ...checkpointFiles(flags, io),
    ...previewOptions(flags, io),
    ...(await videoOptions(flags, { io, readClip: read })),
    ...{ count, seed, prompt: promptKeys(prompt), signal: io.signal },
    model: model === undefined ? undefined : resolve(io.cwd, model),
  });
  if (like) {
    const { checkSameModel, notePadding } = await import("../options/like.ts");
    await checkSameModel(like, { model: generation.model, explicit: model !== undefined, io });
    notePadding(like, itemAt(itemAt(generation.plans, 0).conditionings, 0), io);
  }
  noteUnused(generation.model, io, flags.quiet);
  await writeResults(generatedClips(generation, { flags, output, io }), { name: "clips", json: flags.json, io });
}

/** Record of a clip that was written. */
interface SavedClip {
  readonly path: string;
  readonly seed: JsonSeed;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly fps: number;
}

interface WriteContext {
  readonly flags: Flags;
  readonly output: ClipOutput;
  readonly io: Io;
}

/** Makes the clips with progress on stderr, and writes each as soon as it is there. */
async function* generatedClips(
  generation: VideoGeneration,
  { flags, output, io }: WriteContext,
): AsyncGenerator<CommandResult<SavedClip>> {
  const { plans } = generation;
  const total = 1000 * plans.length;
  const progress = previewView({ io, total, unit: "‰", quiet: flags.quiet ?? false });
  const describe = await metadataWriter(generation, flags);
  let start = performance.now();
  let index = 0;
  try {
    for await (const event of withoutNotices(generation.run(), { progress, io })) {
      if (event.type !== "video") {
        progress.show(event.type === "frame" ? event.image : event.preview);
        progress.update(1000 * (index + shareOf(event)), stageOf(event));
        continue;
      }
      const path = await output.write(index, event, { texts: await describe(itemAt(plans, index)), signal: io.signal });
      index++;
      progress.hide();
      const entry = savedClip(event, path);
      yield { entry, report: reportOf(entry, { io, seconds: (performance.now() - start) / 1000 }) };
      start = performance.now();
    }
  } finally {
    progress.hide();
  }
}

/** The recipe of a clip, if it shall have one; the model is hashed while the clips are made. */
async function metadataWriter({ model, options }: VideoGeneration, { metadata, motion }: Flags) {
  if (!metadata) return async () => undefined;
  const { modelHash, modelLabel } = await import("../../pipelines/metadata/model-hash.node.ts");
  const { parameterTexts } = await import("../../pipelines/metadata/parameters.ts");
  const { webUiSampler } = await import("../../pipelines/metadata/a1111.ts");
  const { videoParameters } = await import("../../pipelines/metadata/video-parameters.ts");
  const hash = modelHash(model).catch(() => undefined); // a clip is written even where its model is gone meanwhile
  return async (plan: TextToVideoPlan) =>
    parameterTexts(
      videoParameters(plan, {
        ...{ model: modelLabel(model.name), modelHash: await hash, version, options, networks: model },
        ...{ otherVae: options.vae !== undefined, motion: motion && modelLabel(motion) },
      }),
      await webUiSampler(plan),
    );
}

/** Share of a clip that is done after an event: the frames' decoding counts as a tenth of it. */
function shareOf(event: Exclude<TextToVideoEvent, VideoEvent>): number {
  if (event.type === "frame") return 0.9 + (0.1 * (event.index + 1)) / event.frames;
  return (0.9 * (event.i + (event.final ? 1 : 0))) / event.n;
}

const stageOf = (event: Exclude<TextToVideoEvent, VideoEvent>): string =>
  event.type === "frame" ? `frame ${event.index + 1}/${event.frames}` : `step ${event.i + 1}/${event.n}`;

const savedClip = ({ frames, fps, seed }: VideoEvent, path: string): SavedClip => {
  const { width, height } = itemAt(frames, 0);
  return { path, seed: jsonSeed(seed), width, height, frames: frames.length, fps };
};

function reportOf(
  { path, width, height, frames, fps, seed }: SavedClip,
  { io, seconds }: { readonly io: Io; readonly seconds: number },
): string {
  const size = `${width}x${height}, ${frames} ${frames === 1 ? "frame" : "frames"} at ${fps}/s, seed ${seed}`;
  return `${shortPath(path, io.cwd)}  ${size}, ${duration(seconds)}\n`;
}

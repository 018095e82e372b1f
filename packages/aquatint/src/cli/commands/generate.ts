import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type JsonSeed, jsonSeed, type Seed } from "../../math/random.ts";
import { DEFAULT_MODEL_PACKAGE } from "../../pipelines/default-model.node.ts";
import type { Generation } from "../../pipelines/generate.node.ts";
import { MAX_COUNT } from "../../pipelines/text-to-image/options.ts";
import type { EvaluationEvent, ImageEvent } from "../../pipelines/text-to-image/text-to-image.ts";
import type { Device } from "../../runtime/types.ts";
import { itemAt } from "../../util/items.ts";
import { duration } from "../../util/words.ts";
import type { Io } from "../io.ts";
import {
  addCheckpointFlags,
  type CheckpointFlags,
  checkpointFiles,
  notePrompt,
  noteUnused,
} from "../options/checkpoint.ts";
import { addOutputFlags_, checkQuality, type OutputFlags_ } from "../options/image-files.ts";
import { addImageFlags, type ImageFlags, imageOptions, noteAllResized } from "../options/images.ts";
import { addMemory, type MemoryFlags } from "../options/memory.ts";
import { device, nodeDevices, seed as seedOption, size, whole } from "../options/names.ts";
import { type Outputs, openOutputs, shortPath } from "../options/outputs.ts";
import { addPreviewFlags, type PreviewFlags, previewOptions } from "../options/preview.ts";
import { type CommandRequest, commandOptions, missingPrompt } from "../options/request.ts";
import { addSampling, type SamplingFlags } from "../options/sampling.ts";
import { type CommandResult, withoutNotices, writeResults } from "../results.ts";
import { renderFinished } from "../terminal/graphics.ts";
import { imagesLabel, previewView } from "../terminal/preview-view.ts";
import { version } from "../version.ts";

/** The options of `aquatint generate`, as they are parsed. */
interface Flags extends CheckpointFlags, ImageFlags, MemoryFlags, OutputFlags_, PreviewFlags, SamplingFlags {
  readonly model?: string;
  readonly seed?: Seed;
  readonly count: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly negative?: string;
  readonly out?: string;
  readonly strip?: string;
  readonly saveTrajectory?: string;
  readonly device?: Device;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `aquatint generate` to the program. */
export const addGenerate = (program: Command, io: Io): Command =>
  addPreviewFlags(
    addOutputFlags_(addMemory(addCheckpointFlags(addImageFlags(addSampling(program.command("generate"))), io))),
  )
    .summary("make images from a prompt")
    .description("Makes images from a prompt. Without --out, writes them to ./out/ and never overwrites a file.")
    .argument("[prompt]", 'what to show, in quotes: "a red apple, blue background"; not needed with --like')
    .option("--model <path>", `folder or .safetensors file of a model (default: the one in ${DEFAULT_MODEL_PACKAGE})`)
    .option("--seed <s>", "same seed, same image (default: a new one)", seedOption("--seed"))
    .option(
      "--count <n>",
      "number of images, with consecutive seeds; files named by --out get a number (apple-1.png)",
      whole("--count", { min: 1, max: MAX_COUNT, example: 4 }),
      1,
    )
    .option(
      "--size <WxH>",
      "width and height in pixels (default: what the model was trained at, in the proportions of --init)",
      size,
    )
    .option("--negative <text>", "negative prompt: what the image should not show")
    .option("--out <file>", ".png, .jpg or .webp file of the image, overwritten if it exists")
    .option("--strip <file>", "PNG file: x_t (above) and the predicted x_0 (below) over the steps")
    .option("--save-trajectory <file>", ".safetensors file: x, x0, t, alpha and sigma of every evaluation")
    .option("--device <name>", `${nodeDevices.join(", ")} (default: cpu)`, device)
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--quiet", "show no progress")
    .action(async (prompt: string | undefined, flags: Flags, command: Command) => {
      const options = await commandOptions(flags, { command, io, clips: false });
      await generate({ ...options, prompt: prompt ?? options.prompt ?? missingPrompt(command) }, io);
    });

/** Record of an image that was written. */
interface SavedImage {
  readonly path: string;
  readonly seed: JsonSeed;
  readonly width: number;
  readonly height: number;
}

async function generate({ prompt, flags, like }: CommandRequest<Flags>, io: Io): Promise<void> {
  const outputs = await openOutputs({ ...flags, prompt }, io.cwd);
  checkQuality(flags.quality, outputs.format);
  const { model, seed = randomInt(2 ** 32), size, ...rest } = flags;
  const images = await imageOptions(flags, io);
  // what only an image needs is loaded here, so that help and errors come at once
  const { prepareGeneration } = await import("../../pipelines/generate.node.ts");
  const generation = await prepareGeneration({
    ...rest,
    ...size,
    ...checkpointFiles(flags, io),
    ...previewOptions(flags, io),
    ...images,
    prompt,
    seed,
    model: model === undefined ? undefined : resolve(io.cwd, model),
    signal: io.signal,
    keepAlive: 0,
  });
  if (like) {
    const { checkSameModel, notePadding } = await import("../options/like.ts");
    await checkSameModel(like, { model: generation.model, explicit: model !== undefined, io });
    notePadding(like, itemAt(generation.plans, 0), io);
  }
  if (flags.saveTrajectory) (await import("../trajectory.ts")).checkTrajectorySize(itemAt(generation.plans, 0));
  noteUnused(generation.model, io, flags.quiet);
  notePrompt(itemAt(generation.plans, 0), io, flags.quiet);
  noteAllResized(flags, images, { size: itemAt(generation.plans, 0), io });
  await writeResults(generatedImages(generation, { flags, outputs, io }), { name: "images", json: flags.json, io });
}

interface WriteContext {
  readonly flags: Flags;
  readonly outputs: Outputs;
  readonly io: Io;
}

/** Makes the images with progress on stderr, and writes each with what belongs to it as soon as it is there. */
async function* generatedImages(
  generation: Generation,
  { flags, outputs, io }: WriteContext,
): AsyncGenerator<CommandResult<SavedImage>> {
  const { count, batch, quiet = false } = flags;
  const { stepCount } = await import("../../pipelines/text-to-image/plan.ts");
  const { evaluationFilter, stripSteps } = await import("../trajectory.ts");
  const steps = stepCount(itemAt(generation.plans, 0));
  const previews = flags.strip ? stripSteps(steps) : undefined;
  const keep = evaluationFilter(flags, steps);
  const progress = previewView({ io, total: count * steps, unit: "steps", quiet });
  const describe = await metadataWriter(generation, flags);
  const evaluations = new Map<number, EvaluationEvent[]>();
  let [done, start] = [0, performance.now()];
  try {
    for await (const event of withoutNotices(generation.run({ previews }), { progress, io })) {
      if (event.type === "evaluation") {
        const index = done + event.row;
        const rows = Math.min(batch, count - done);
        if (keep(event)) evaluations.set(index, [...(evaluations.get(index) ?? []), event]);
        progress.show(event.preview);
        progress.update((done + shareOf(event) * rows) * steps, imagesLabel({ done, rows, count }));
        continue;
      }
      const work = { generation, outputs, describe, evaluations: take(evaluations, done), index: done++ };
      const paths = await write(event, { ...flags, ...work });
      progress.hide();
      yield {
        entry: savedImage(event, itemAt(paths, 0)),
        report: reportOf(event, { paths, io, seconds: (performance.now() - start) / 1000 }),
      };
      if (done % batch === 0) start = performance.now();
    }
  } finally {
    progress.hide();
  }
}

const savedImage = ({ image: { width, height }, seed }: ImageEvent, path: string): SavedImage => ({
  path,
  seed: jsonSeed(seed),
  width,
  height,
});

/** Share of the way that is done after an evaluation: some samplers take steps of their own. */
const shareOf = ({ i, n, final }: EvaluationEvent): number => (i + (final ? 1 : 0)) / n;

function take<T>(lists: Map<number, readonly T[]>, key: number): readonly T[] {
  const list = lists.get(key) ?? [];
  lists.delete(key);
  return list;
}

interface Work extends Pick<Flags, "quality"> {
  readonly generation: Generation;
  readonly outputs: Outputs;
  readonly describe: Awaited<ReturnType<typeof metadataWriter>>;
  readonly evaluations: readonly EvaluationEvent[];
  readonly index: number;
}

/** The recipe of image number `index`, if it shall have one; the model is hashed while the images are made. */
async function metadataWriter({ model, plans, options }: Generation, { metadata }: Flags) {
  if (!metadata) return async () => undefined;
  const { modelHash, modelLabel } = await import("../../pipelines/metadata/model-hash.node.ts");
  const { generationParameters } = await import("../../pipelines/metadata/parameters.ts");
  const hash = modelHash(model).catch(() => undefined); // an image is written even where its model is gone meanwhile
  return async (index: number) =>
    generationParameters(itemAt(plans, index), {
      model: modelLabel(model.name),
      modelHash: await hash,
      version,
      options,
      networks: model,
      otherVae: options.vae !== undefined,
    });
}

/** Writes an image and what belongs to it; returns the paths, the image's first. */
async function write({ image }: ImageEvent, work: Work): Promise<string[]> {
  const { generation, outputs, describe, evaluations, index, quality } = work;
  const recipe = await describe(index);
  const { parameterTexts } = await import("../../pipelines/metadata/parameters.ts");
  const { webUiSampler } = await import("../../pipelines/metadata/a1111.ts");
  const { stripOf, trajectoryOf } = await import("../trajectory.ts");
  const { encodePng } = await import("../../formats/png/png.ts");
  const plan = itemAt(generation.plans, index);
  const texts = recipe && parameterTexts(recipe, await webUiSampler(plan));
  const metadata = Object.fromEntries(Object.entries(recipe ?? {}).map(([key, value]) => [key, String(value)]));
  const paths = [await outputs.image(index, image, { quality, texts })];
  const files = [
    [outputs.strip, () => encodePng(stripOf(evaluations, image))],
    [outputs.trajectory, () => trajectoryOf(evaluations, { ...plan, metadata })],
  ] as const;
  for (const [put, encode] of files) if (put) paths.push(await put(index, await encode()));
  return paths;
}

interface ReportInput {
  readonly paths: readonly string[];
  readonly io: Io;
  readonly seconds: number;
}

function reportOf({ image, seed }: ImageEvent, { paths, io, seconds }: ReportInput): string {
  const [path, ...extras] = paths.map((file) => shortPath(file, io.cwd));
  const first = `${path}  ${image.width}x${image.height}, seed ${seed}, ${duration(seconds)}`;
  const screen = { stream: io.stdout, env: io.env };
  return `${renderFinished(image, screen)}${[first, ...extras].join("\n")}\n`;
}

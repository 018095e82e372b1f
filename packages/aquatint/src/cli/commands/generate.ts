import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type JsonSeed, jsonSeed } from "../../math/random.ts";
import type { Generation } from "../../pipelines/generate.node.ts";
import { MAX_COUNT } from "../../pipelines/text-to-image/options.ts";
import type { EvaluationEvent, ImageEvent } from "../../pipelines/text-to-image/text-to-image.ts";
import { itemAt } from "../../util/items.ts";
import { duration } from "../../util/words.ts";
import type { Io } from "../io.ts";
import { checkpointFiles, notePrompt, noteUnused } from "../options/checkpoint.ts";
import { addOutputFlags_, checkQuality, type OutputFlags_ } from "../options/image-files.ts";
import { addImageFlags, type ImageFlags, imageOptions, noteAllResized } from "../options/images.ts";
import { type Outputs, openOutputs, shortPath } from "../options/outputs.ts";
import { previewOptions } from "../options/preview.ts";
import {
  addRequest,
  type CommandRequest,
  checkedPrompt,
  commandOptions,
  type RequestFlags,
} from "../options/request.ts";
import { type CommandResult, withoutNotices, writeResults } from "../results.ts";
import { renderFinished } from "../terminal/graphics.ts";
import { imagesLabel, previewView } from "../terminal/preview-view.ts";
import { version } from "../version.ts";

/** The options of `aquatint generate`, as they are parsed. */
interface Flags extends ImageFlags, OutputFlags_, RequestFlags {}

/** Texts and limits of the shared options. */
const kind = {
  noun: "image",
  maximum: MAX_COUNT,
  files: "; files named by --out get a number (apple-1.png)",
  shape: ", in the proportions of --init",
};

/** Adds `aquatint generate` to the program. */
export const addGenerate = (program: Command, io: Io): Command =>
  addOutputFlags_(addImageFlags(addRequest(program.command("generate"), io, kind)))
    .summary("make images from a prompt")
    .description("Makes images from a prompt. Without --out, writes them to ./out/ and never overwrites a file.")
    .argument("[prompt]", 'what to show, in quotes: "a red apple, blue background"; not needed with --like')
    .option("--out <file>", ".png, .jpg or .webp file of the image, overwritten if it exists")
    .option("--strip <file>", "PNG file: x_t (above) and the predicted x_0 (below) over the steps")
    .option("--save-trajectory <file>", ".safetensors file: x, x0, t, alpha and sigma of every evaluation")
    .action(async (prompt: string | undefined, flags: Flags, command: Command) => {
      const context = { command, io, clips: false };
      const options = await commandOptions(flags, context);
      await generate({ ...options, prompt: checkedPrompt(prompt ?? options.prompt, flags, context) }, io);
    });

/** Record of an image that was written. */
interface SavedImage {
  readonly path: string;
  readonly seed: JsonSeed;
  readonly width: number;
  readonly height: number;
}

async function generate({ prompt, flags, like }: CommandRequest<Flags>, io: Io): Promise<void> {
  const inputs = [flags.init, flags.mask, ...(flags.controlImage ?? [])];
  const outputs = await openOutputs({ ...flags, prompt, inputs }, io.cwd);
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

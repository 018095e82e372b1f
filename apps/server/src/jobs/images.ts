import { AquatintError, type Image } from "aquatint";
import type { ImageTexts } from "aquatint/formats";
import { jsonSeed } from "aquatint/math";
import type { GenerateOptions, GenerationEvent } from "aquatint/node";
import { encodeImage, imageFormats, modelLabel, prepareGeneration } from "aquatint/node";
import {
  generationParameters,
  type MemoryPlan,
  parameterTexts,
  planTextToImage,
  type TextToImagePlan,
  webUiSampler,
  withPrecision,
} from "aquatint/pipelines";
import { itemAt } from "aquatint/util";
import { version } from "../version.ts";
import type { ImageRequest } from "./fields.ts";
import type { KindContext, KindEvent, PreparedJob, RunSignals } from "./kind.ts";
import { cachedModelHash } from "./model-hash.ts";
import { openedModel } from "./opened-models.ts";
import { type RequestFiles, requestFiles, seedOf } from "./request-files.ts";

/** What a kind that makes images adds to the options of a generation. */
export interface ImageOptions
  extends Pick<GenerateOptions, "init" | "mask" | "strength" | "hires" | "width" | "height"> {
  /** Changes each image before it is encoded. */
  readonly finish?: ((image: Image) => Image) | undefined;
}

/** Checks a request for images and makes it ready to be run. @throws AquatintError */
export async function prepareImages(
  request: ImageRequest,
  { finish, ...extra }: ImageOptions,
  context: KindContext,
): Promise<PreparedJob> {
  const files = await requestFiles(request, context);
  const options = await generateOptions(request, { extra, files, context });
  const { plan, name, limited } = await checkedPlan(options);
  const { hiresFix } = plan;
  return {
    queue: files.name,
    model: modelLabel(name),
    limited,
    work: {
      pixels: pixelsOf(plan),
      steps: plan.steps - plan.begin + (hiresFix ? hiresFix.steps - hiresFix.begin : 0),
      images: request.count,
    },
    run: (signals) => run({ options, request, files, finish }, signals),
  };
}

/** Pixels of one image, after its hires fix. */
const pixelsOf = ({ width, height, hiresFix }: TextToImagePlan): number =>
  hiresFix ? hiresFix.width * hiresFix.height : width * height;

/**
 * Plans one image, and where there is a limit of memory checks that it holds. The plan of memory takes a second: a job that is
 * no larger than one that fits needs none.
 */
async function checkedPlan(options: GenerateOptions) {
  const { controlNets = [], maxMemory, batch = 1 } = options;
  if (controlNets.length > 0) {
    const { plans, memory, model } = await prepareGeneration({ ...options, count: batch });
    return { plan: itemAt(plans, 0), name: model.name, limited: isLimited(memory) };
  }
  const { model, fits } = await openedModel(options);
  withPrecision(model, options);
  const plan = await planTextToImage(model, options);
  const isFast = async () => !isLimited((await prepareGeneration({ ...options, count: batch })).memory);
  const limited = maxMemory !== undefined && !(await fits(pixelsOf(plan) * batch, isFast));
  return { plan, name: model.name, limited };
}

const isLimited = (memory: MemoryPlan | undefined): boolean =>
  memory !== undefined && (memory.weightMemory !== "packed" || memory.residency !== "all" || memory.tile !== undefined);

async function generateOptions(
  request: ImageRequest,
  {
    extra,
    files,
    context,
  }: { readonly extra: Omit<ImageOptions, "finish">; readonly files: RequestFiles; readonly context: KindContext },
): Promise<GenerateOptions> {
  const { clipSkip, clipSkipRule, promptSyntax, emphasis, steps, guidance, guidanceRescale } = request;
  const { sampler, rng, noise, count, batch, variation } = request;
  const controls = request.controls.map(async ({ image, model, ...control }) => ({
    ...control,
    image: await context.image(image),
  }));
  return {
    ...{ clipSkip, clipSkipRule, promptSyntax, emphasis, steps, guidance, guidanceRescale, sampler, rng, noise },
    ...context.engine,
    ...extra,
    ...files.open,
    ...files.prompts,
    seed: seedOf(request.seed),
    controls: await Promise.all(controls),
    ...(variation && { variation: { ...variation, seed: seedOf(variation.seed) } }),
    preview: "auto",
    ...{ count, batch: Math.min(batch, count) },
  };
}

interface PlannedImages {
  readonly options: GenerateOptions;
  readonly request: ImageRequest;
  readonly files: RequestFiles;
  readonly finish: ImageOptions["finish"];
}

/** Makes the images batch by batch, so that one batch can be skipped. */
async function* run(planned: PlannedImages, { signal, part }: RunSignals): AsyncGenerator<KindEvent, void, void> {
  const { options } = planned;
  const { batch = 1, count = 1, seed: first = 0 } = options;
  for (let done = 0; done < count; done += batch) {
    const skip = part();
    const rows = Math.min(batch, count - done);
    const seed = BigInt.asUintN(64, BigInt(first) + BigInt(done));
    try {
      const both = AbortSignal.any([signal, skip]);
      const generation = await prepareGeneration({ ...options, seed, count: rows, batch: rows, signal: both });
      const describe = await metadataWriter(generation, planned);
      let index = 0;
      for await (const event of generation.run()) {
        if (event.type === "image")
          yield await fileEvent(event.image, { plan: itemAt(generation.plans, index++), describe, planned });
        else yield* stepEvent(event, done);
      }
    } catch (error) {
      if (signal.aborted || !skip.aborted) throw error;
    }
  }
}

function* stepEvent(event: GenerationEvent, done: number): Generator<KindEvent> {
  if (event.type !== "evaluation" || event.row > 0 || !event.final) return;
  const { i, n, preview } = event;
  yield { type: "step", image: done, step: i + 1, steps: n, preview };
}

type Describe = (
  plan: TextToImagePlan,
) => Promise<{ readonly texts: ImageTexts; readonly modelHash: string | undefined }>;

/** The texts of an image's file; the prompt in the lines for other programs is the one that was given. */
async function metadataWriter(
  { model, options }: Awaited<ReturnType<typeof prepareGeneration>>,
  { files, request }: PlannedImages,
): Promise<Describe> {
  const modelHash = await cachedModelHash(model);
  return async (plan) => {
    const recipe = generationParameters(plan, {
      ...{ model: modelLabel(model.name), modelHash, version, options, networks: model },
      otherVae: files.open.vae !== undefined,
    });
    const sampler = await webUiSampler(plan);
    const { prompt, negative } = request;
    const { aquatint } = parameterTexts(recipe, sampler);
    const { parameters } = parameterTexts({ ...recipe, prompt, negative }, sampler);
    return { modelHash, texts: { aquatint, parameters } };
  };
}

interface FileInput {
  readonly plan: TextToImagePlan;
  readonly describe: Describe;
  readonly planned: PlannedImages;
}

async function fileEvent(drawn: Image, { plan, describe, planned }: FileInput): Promise<KindEvent> {
  const { format, quality } = planned.request;
  const { texts, modelHash } = await describe(plan);
  const image = planned.finish?.(drawn) ?? drawn;
  const bytes = await encodeImage(image, { format: imageFormats[format], quality, texts });
  const { width, height } = image;
  return {
    ...{ type: "file", bytes, width, height, modelHash },
    extension: format === "jpeg" ? "jpg" : format,
    mimeType: `image/${format}`,
    seed: jsonSeed(plan.seed),
    infotext: texts.parameters,
  };
}

/** Refuses a request that lacks what its kind needs. */
export const missing = (message: string, hint: string): AquatintError =>
  new AquatintError("request/missing", message, { hint });

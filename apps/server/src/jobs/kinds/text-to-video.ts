import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonSeed } from "aquatint/math";
import {
  type GenerateVideoOptions,
  modelLabel,
  prepareVideo,
  type VideoGeneration,
  type VideoGenerationEvent,
  writeClip,
} from "aquatint/node";
import { parameterTexts, videoParameters, webUiSampler } from "aquatint/pipelines";
import { itemAt } from "aquatint/util";
import { z } from "zod";
import { version } from "../../version.ts";
import { promptFields, sizeFields } from "../fields.ts";
import { defineKind, type KindContext, type KindEvent } from "../kind.ts";
import { cachedModelHash } from "../model-hash.ts";
import { requestFiles, seedOf } from "../request-files.ts";

/** File types of clips. */
const clipTypes = { webp: "image/webp", gif: "image/gif", apng: "image/png", mp4: "video/mp4" } as const;

const schema = z.object({
  ...promptFields,
  ...sizeFields,
  motion: z.string().min(1).max(200).optional().describe("name of a motion adapter; the model's own if absent"),
  frames: z.int().min(1).max(256).default(16),
  fps: z.number().min(0.1).max(60).default(8),
  format: z.enum(["webp", "gif", "apng", "mp4"]).default("webp"),
  quality: z.int().min(1).max(100).optional(),
});

/** Clips of a prompt. */
export const textToVideo = defineKind({
  name: "text-to-video",
  summary: "Makes clips from a prompt with a motion adapter.",
  images: [],
  schema,
  async prepare(request, context) {
    const { name: queue } = await context.models.find("model", request.model);
    const generation = await prepareVideo(await videoOptions(request, context));
    const { plans, memory, model } = generation;
    const plan = itemAt(plans, 0);
    return {
      queue,
      model: modelLabel(model.name),
      limited: memory !== undefined && (memory.weightMemory !== "packed" || memory.residency !== "all"),
      work: { pixels: plan.width * plan.height * plan.frames, steps: plan.steps, images: plans.length },
      run: ({ signal, part }) => run(request, { context, signal: AbortSignal.any([signal, part()]) }),
    };
  },
});

type Request = z.output<typeof schema>;

async function videoOptions(request: Request, context: KindContext): Promise<GenerateVideoOptions> {
  const { clipSkip, clipSkipRule, promptSyntax, emphasis, steps, guidance, guidanceRescale } = request;
  const { sampler, rng, noise, count, width, height, frames, fps, motion } = request;
  const files = await requestFiles(request, context);
  return {
    ...{ clipSkip, clipSkipRule, promptSyntax, emphasis, steps, guidance, guidanceRescale, sampler, rng, noise },
    ...{ count, width, height, frames, fps },
    ...context.engine,
    ...files.open,
    ...files.prompts,
    motion: motion === undefined ? undefined : (await context.models.find("motion", motion)).path,
    seed: seedOf(request.seed),
    preview: "auto",
  };
}

async function* run(
  request: Request,
  { context, signal }: { readonly context: KindContext; readonly signal: AbortSignal },
): AsyncGenerator<KindEvent, void, void> {
  const generation = await prepareVideo({ ...(await videoOptions(request, context)), signal });
  let index = 0;
  for await (const event of generation.run()) {
    if (event.type === "video") yield fileEvent(event, { request, generation, index: index++ });
    else if (event.type === "evaluation" && event.final) {
      const { i, n, preview } = event;
      yield { type: "step", image: index, step: i + 1, steps: n, preview };
    }
  }
}

interface ClipInput {
  readonly request: Request;
  readonly generation: VideoGeneration;
  readonly index: number;
}

async function fileEvent(
  clip: Extract<VideoGenerationEvent, { readonly type: "video" }>,
  { request, generation, index }: ClipInput,
): Promise<KindEvent> {
  const { model, options, plans } = generation;
  const modelHash = await cachedModelHash(model);
  const recipe = videoParameters(itemAt(plans, index), {
    ...{ model: modelLabel(model.name), modelHash, version, options, networks: model },
    motion: request.motion,
  });
  const texts = parameterTexts(recipe, await webUiSampler(itemAt(plans, index)));
  const { width, height } = itemAt(clip.frames, 0);
  const extension = request.format === "apng" ? "png" : request.format;
  return {
    ...{ type: "file", width, height, modelHash, extension, seed: jsonSeed(clip.seed), infotext: texts.parameters },
    bytes: await clipBytes(extension, (path) =>
      writeClip(path, clip, { format: request.format, quality: request.quality, texts }),
    ),
    mimeType: clipTypes[request.format],
  };
}

/** The bytes of a file that can only be written to a path. */
async function clipBytes(extension: string, write: (path: string) => Promise<unknown>): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-clip-"));
  try {
    const path = join(folder, `clip.${extension}`);
    await write(path);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

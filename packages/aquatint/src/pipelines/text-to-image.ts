import { writtenIn } from "../diffusion/coordinates.ts";
import { checkedRescale, guidedOutput } from "../diffusion/guidance.ts";
import type { Latent } from "../diffusion/latent.ts";
import { lin } from "../diffusion/latent.ts";
import type { Level } from "../diffusion/level.ts";
import { checkSolvable } from "../diffusion/prediction.ts";
import { type SamplerEntry, samplers } from "../diffusion/registry.ts";
import { type SchedulerRun, type SchedulerSettings, scheduler, withSampler } from "../diffusion/scheduler.ts";
import { AquatintError } from "../errors.ts";
import { type Picture, tensorToPictures } from "../formats/image.ts";
import type { HostTensor } from "../graph/types.ts";
import { type Seed, torchCpu } from "../math/random.ts";
import { checkedDraws, type DrawOptions, drawsOf } from "./draws.ts";
import { type GenerationDefaults, generationDefaults } from "./generation.ts";
import type { TextToImageModules } from "./modules.ts";
import type { TextToImageNetwork } from "./network.ts";

/** What a caller may choose. */
export interface TextToImageOptions extends DrawOptions {
  readonly prompt: string;
  /** What the picture should not show; guidance pushes away from it. */
  readonly negative?: string | undefined;
  /** Steps of the sampler, 1 .. the schedule's T; the model's own choice when absent, as for `guidance`. */
  readonly steps?: number | undefined;
  /** Scale of classifier-free guidance; up to 1 there is none. */
  readonly guidance?: number | undefined;
  /** Share of guidance, 0 .. 1, that is brought back to the conditional output's deviation; 0 if absent. */
  readonly guidanceRescale?: number | undefined;
  /** Layers at the text encoder's end that are left out, as diffusers counts "clip skip"; 0 if absent. */
  readonly clipSkip?: number | undefined;
  /** A name or alias of the sampler registry; the checkpoint's own when absent. */
  readonly sampler?: string | undefined;
  /** The same seed gives the same picture. */
  readonly seed?: Seed | undefined;
  /** In pixels; what the model was trained at when absent. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Options that have been checked against a model: nothing about them can fail later. */
export interface TextToImagePlan extends Required<ReturnType<typeof checkedDraws>> {
  readonly prompt: string;
  readonly negative: string;
  readonly guidance: number;
  readonly guidanceRescale: number;
  readonly clipSkip: number;
  readonly seed: Seed;
  readonly width: number;
  readonly height: number;
  /** What the U-Net works on: [c, h, w]. */
  readonly latentShape: readonly [channels: number, height: number, width: number];
  /** The checkpoint's scheduler, or the one of the sampler that the caller chose. */
  readonly scheduler: SchedulerSettings;
  /** The name that the caller chose, schedule included, or the one of the checkpoint's sampler. */
  readonly samplerName: string;
  readonly steps: number;
  readonly levels: readonly Level[];
}

/** One evaluation of the network: the x it was given, at which level, and the data it believed in. */
export interface EvaluationEvent {
  readonly type: "evaluation";
  /** The step it belongs to, of n. */
  readonly i: number;
  readonly n: number;
  readonly level: Level;
  /** The number the network was told. */
  readonly timestep: number;
  /** [c, h, w] */
  readonly x: Latent;
  readonly x0: Latent;
  /** Where the sampler went: the latent after this evaluation, in the scheduler's own coordinates. */
  readonly reached: Latent;
  /** True for the last evaluation of a step. */
  readonly final: boolean;
  /** Both as pictures, in the steps that the caller wants to see. */
  readonly pictures?: { readonly x: Picture; readonly x0: Picture };
  /** What x0 looks like, at the end of a step where previews were asked for; as small as it is cheap. */
  readonly preview?: Picture;
}
/** The finished picture. */
export interface ImageEvent {
  readonly type: "image";
  readonly seed: Seed;
  readonly picture: Picture;
}
/** What happens on the way from a prompt to a picture. */
export type TextToImageEvent = EvaluationEvent | ImageEvent;

/** The seed of a caller who gives none. */
export const DEFAULT_SEED = 0;
const MAX_PIXELS = 1024 * 1024;

/** What a plan reads of a model. */
interface PlannedModel {
  readonly scheduler: SchedulerSettings;
  readonly modules: TextToImageModules;
  readonly generation?: GenerationDefaults;
}

/** Checks every option against the model before anything is loaded. @throws AquatintError that names the option. */
export function planTextToImage(
  { scheduler, modules, generation = generationDefaults() }: PlannedModel,
  options: TextToImageOptions,
): TextToImagePlan {
  const { sampleSize, channels, factor } = modules;
  const { prompt, negative = "", seed = DEFAULT_SEED, clipSkip = 0 } = options;
  const { steps = generation.steps, guidance = generation.guidance } = options;
  const { width = sampleSize, height = sampleSize } = options;
  if (!Number.isFinite(guidance) || guidance < 0) {
    throw new AquatintError("generate/guidance", `expected a guidance scale of 0 or more, got ${guidance}`, {
      hint: "1 switches guidance off; 2 to 8 are usual",
    });
  }
  checkSize({ width, height }, modules);
  checkClipSkip(clipSkip, modules);
  torchCpu(seed); // refuses what is no 64-bit integer
  const chosen = options.sampler === undefined ? scheduler : withSampler(scheduler, options.sampler);
  const { levels } = chosen.path(steps);
  checkSolvable(
    chosen.target,
    levels.slice(0, -1).map((level) => writtenIn(chosen.networkCoordinates, level)),
  );
  return {
    prompt,
    negative,
    guidance,
    guidanceRescale: checkedRescale(options.guidanceRescale ?? 0),
    clipSkip,
    ...checkedDraws(options),
    seed,
    width,
    height,
    latentShape: [channels, height / factor, width / factor],
    scheduler: chosen,
    samplerName: options.sampler ?? chosen.sampler,
    steps,
    levels,
  };
}

function checkClipSkip(clipSkip: number, { textEncoder }: TextToImageModules): void {
  const layers = textEncoder.children.text_model.children.encoder.children.layers.length;
  if (Number.isInteger(clipSkip) && clipSkip >= 0 && clipSkip < layers) return;
  throw new AquatintError(
    "generate/clip-skip",
    `expected from 0 to ${layers - 1} layers to leave out, got ${clipSkip}`,
    {
      hint: "the web UI's clip skip 2 is 1 layer left out",
    },
  );
}

function checkSize(size: { width: number; height: number }, { multiple, sampleSize }: TextToImageModules): void {
  for (const [name, value] of Object.entries(size)) {
    if (Number.isInteger(value) && value > 0 && value % multiple === 0) continue;
    throw new AquatintError("generate/size", `the ${name} must be a multiple of ${multiple} pixels, got ${value}`, {
      hint: `this model was trained at ${sampleSize}x${sampleSize}`,
    });
  }
  if (size.width * size.height > MAX_PIXELS) {
    throw new AquatintError("generate/size", `${size.width}x${size.height} pixels are more than ${MAX_PIXELS}`, {
      hint: "give a smaller size",
    });
  }
}

/** How a plan is carried out. */
export interface TextToImageRun {
  readonly signal?: AbortSignal | undefined;
  /** Steps whose evaluations carry pictures, from 0. */
  readonly previews?: ReadonlySet<number> | undefined;
}

/** Draws noise and turns it into a picture of the prompt; yields every evaluation on the way, then the picture. */
export async function* textToImage(
  network: TextToImageNetwork,
  plan: TextToImagePlan,
  { signal, previews }: TextToImageRun = {},
): AsyncGenerator<TextToImageEvent, void, void> {
  const { latentShape, seed, steps } = plan;
  const size = latentShape.reduce((a, b) => a * b);
  const { start, noise } = drawsOf(plan, size);
  const seen: { x: Latent; timestep: number }[] = [];
  const predict = await guidedNetwork(network, plan, signal);
  const recorded: SchedulerRun["network"] = (x, timestep) => {
    seen.push({ x, timestep });
    return predict(x, timestep);
  };
  const pictures = picturesBy(network, plan, signal);
  const chosen = scheduler(plan.scheduler);
  const x = lin([chosen.initialNoiseScale(steps), start.randn(size)]);
  const run = chosen.run({ steps, x, network: recorded, noise, ...(signal && { signal }) });
  let last = x;
  for await (const { i, n, level, x: reached, x0, final } of run) {
    last = reached;
    const told = seen.pop()!;
    const shown = previews?.has(i) ? await pictures([told.x, x0]) : undefined;
    const preview = shown && { pictures: { x: shown[0]!, x0: shown[1]! } };
    yield { type: "evaluation", i, n, level, ...told, x0, reached, final, ...preview };
  }
  yield { type: "image", seed, picture: (await pictures([last]))[0]! };
}

/** Latents of a plan as pictures. */
const picturesBy =
  (network: TextToImageNetwork, { latentShape, width, height }: TextToImagePlan, signal: AbortSignal | undefined) =>
  async (latents: readonly Latent[]): Promise<readonly Picture[]> => {
    const x: HostTensor = { dtype: "float32", shape: [latents.length, ...latentShape], data: sideBySide(latents) };
    return tensorToPictures(await network.decode(x, { signal }), { width, height });
  };

function sideBySide(latents: readonly Latent[]): Float32Array {
  const size = latents[0]!.length;
  const data = new Float32Array(latents.length * size);
  for (const [i, latent] of latents.entries()) data.set(latent, i * size);
  return data;
}

/** Both branches of classifier-free guidance in one call of the network. */
async function guidedNetwork(
  network: TextToImageNetwork,
  { prompt, negative, guidance, guidanceRescale, clipSkip, latentShape, scheduler }: TextToImagePlan,
  signal: AbortSignal | undefined,
): Promise<SchedulerRun["network"]> {
  const { unconditional = false }: SamplerEntry = samplers[scheduler.sampler];
  const captions = guidance <= 1 && !unconditional ? [prompt] : [negative, prompt];
  const context = await contextOf(network, captions, { signal, clipSkip });
  const shape = [captions.length, ...latentShape];
  return async (x, timestep) => {
    const batch: HostTensor = { dtype: "float32", shape, data: sideBySide(captions.map(() => x)) };
    const out = await network.predict(batch, timestep, context, { signal });
    const options = { scale: guidance, rescale: guidanceRescale };
    return captions.length === 1 ? out : guidedOutput(out.subarray(0, x.length), out.subarray(x.length), options);
  };
}

/** What the U-Net is told, the prompt last; as in diffusers, layers are left out for the prompt alone. */
async function contextOf(
  network: TextToImageNetwork,
  captions: readonly string[],
  { signal, clipSkip }: { readonly signal: AbortSignal | undefined; readonly clipSkip: number },
): Promise<HostTensor> {
  if (clipSkip === 0) return network.encode(captions, { signal });
  const told = await network.encode(captions.slice(-1), { signal, clipSkip });
  if (captions.length === 1) return told;
  const away = await network.encode(captions.slice(0, -1), { signal });
  const data = sideBySide([away.data as Float32Array, told.data as Float32Array]);
  return { dtype: "float32", shape: [captions.length, ...told.shape.slice(1)], data };
}

import {
  AquatintError,
  encodePng,
  type Image,
  type Model,
  openModel,
  type Runtime,
  type TextToImageModel,
  textToImageModel,
  textToImageNetwork,
} from "aquatint";
import { encodeApng, withTexts } from "aquatint/formats";
import {
  motionModules,
  type Previewer,
  parameterTexts,
  planTextToVideo,
  textToVideo,
  videoParameters,
  webUiSampler,
  withFewSteps,
  withMotionModules,
  withMotionSchedule,
} from "aquatint/pipelines";
import type { DeviceLimits } from "../model-files/device-limits.ts";
import type { ModelSource } from "../model-files/open-source.ts";
import { motionFiles } from "./hosted/motion-files.ts";
import { fixedNetworks, type Networks } from "./networks.ts";
import type { ClipOptions, DrawResult, EngineEvent, EngineInfo, MotionInfo, MotionSource } from "./protocol.ts";

/** A model that makes clips. */
export interface MotionEngine {
  readonly info: MotionInfo;
  readonly model: TextToImageModel;
  readonly networks: Networks;
}

/** What motion modules are put into. */
export interface MotionParts {
  /** The model alone. */
  readonly published: Model;
  /** What stands beside it. */
  readonly source: ModelSource | undefined;
  readonly runtime: Runtime;
  readonly info: Pick<EngineInfo, "source">;
  readonly limits?: DeviceLimits | undefined;
  /** True for the model's own form for few steps. */
  readonly fewSteps: boolean;
}

/** The model with a motion adapter's modules in its U-Net. @throws AquatintError "studio/motion", "model/…" or "motion/…". */
export async function loadMotion(
  source: MotionSource,
  parts: MotionParts,
  onEvent: (event: EngineEvent) => void,
): Promise<MotionEngine> {
  const { files, bytes } = await motionFiles(source, (progress) => onEvent({ type: "model", progress }));
  const motion = await motionModules(await openModel(files));
  const model = await withMotion(parts, (images) => withMotionModules(images, motion));
  const networks = await networksOf(model, parts);
  const info = { name: source.file?.name ?? files.name, bytes, maxFrames: motion.config.motion_max_seq_length };
  return { info, model, networks };
}

type Change = (images: TextToImageModel) => TextToImageModel;

/** LoRAs, embeddings and the autoencoder stand beside the model of a clip as beside that of an image. */
async function withMotion({ published, source, fewSteps }: MotionParts, change: Change): Promise<TextToImageModel> {
  const model = withMotionSchedule(published);
  if (!source) {
    const images = change(await textToImageModel(model));
    return fewSteps ? withFewSteps(images, published) : images;
  }
  const { withCompanions } = await import("../model-files/open-source.ts");
  return withCompanions(model, { ...source, controls: [] }, { change, fewSteps });
}

/** The networks, as those of the model of images are. */
async function networksOf(model: TextToImageModel, { runtime, info, limits }: MotionParts): Promise<Networks> {
  const { source } = info;
  if (!source || !limits)
    return fixedNetworks(textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) }));
  const { plannedNetworks } = await import("../model-files/planned-networks.ts");
  return plannedNetworks({ runtime, model, limits, ...source });
}

/** Facts about the engine that a clip's recipe names. */
export interface ClipContext {
  readonly info: Pick<EngineInfo, "modelName">;
  readonly source: ModelSource | undefined;
  readonly modelHash: () => Promise<string | undefined>;
  readonly previewer: Previewer | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

/** Makes a clip, as an animated PNG file with its recipe in it. */
export async function drawClip(
  { info: motion, model, networks }: MotionEngine,
  options: ClipOptions,
  { info, source, modelHash, previewer, signal, onEvent }: ClipContext,
): Promise<DrawResult> {
  const start = performance.now();
  const plan = await planTextToVideo(model, options);
  const network = await networks.forClip(plan, options);
  for await (const event of textToVideo(network, plan, { signal, previewer })) {
    if (event.type === "evaluation" && event.final) {
      onEvent({ type: "step", i: event.i + 1, n: event.n, preview: event.preview });
    }
    if (event.type !== "video") continue;
    const recipe = videoParameters(plan, {
      model: info.modelName,
      modelHash: await modelHash(),
      motion: motion.name,
      otherVae: source?.vae !== undefined,
      version: import.meta.env.AQUATINT_VERSION,
      options,
      networks: model,
    });
    const texts = parameterTexts(recipe, await webUiSampler(plan));
    const [first] = event.frames as readonly [Image];
    const seconds = (performance.now() - start) / 1000;
    return { png: withTexts(encodeApng(event), texts), poster: encodePng(first), recipe, seconds };
  }
  throw new AquatintError("studio/no-image", "the sampler ended without a clip", { hint: "draw it again" });
}

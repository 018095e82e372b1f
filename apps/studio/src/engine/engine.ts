import {
  AquatintError,
  encodePng,
  type Model,
  openModel,
  planTextToImage,
  type Runtime,
  type TextToImageModel,
  type TextToImageNetwork,
  textToImage,
  textToImageModel,
  textToImageNetwork,
} from "aquatint";
import { tensorToImages } from "aquatint/formats";
import {
  generationParameters,
  modelPreviewer,
  type Previewer,
  parameterTexts,
  stepCount,
  type TextToImagePlan,
  webUiSampler,
} from "aquatint/pipelines";
import { parseAttention, promptChunks } from "aquatint/tokenizers";
import { webRuntime } from "aquatint/web";
import { composite } from "./composite.ts";
import { clipFrames, encodeClip } from "./encode-clip.ts";
import { type ModelManifest, modelBytes, weightsHash } from "./manifest.ts";
import { fetchManifest, storedModel } from "./model-files.ts";
import { drawClip, loadMotion, type MotionEngine } from "./motion.ts";
import { browserPieces } from "./pieces.ts";
import type {
  DrawOptions,
  DrawResult,
  EngineCall,
  EngineCalls,
  EngineEvent,
  EngineInfo,
  EngineRequest,
  MotionSource,
  TokenCount,
  TracePoint,
} from "./protocol.ts";

/** Options of each call. */
interface CallOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

/** A model that is loaded. */
interface Loaded {
  readonly manifest: ModelManifest;
  readonly opened: Model;
  readonly runtime: Runtime;
  readonly model: TextToImageModel;
  readonly network: TextToImageNetwork;
  readonly previewer: Previewer | undefined;
  readonly info: EngineInfo;
}

type Call = Exclude<EngineRequest, { readonly call: "abort" }>;
type Result = EngineCalls[EngineCall]["result"];

/** The engine of one worker: one model, one image at a time. */
export function createEngine() {
  let loading: Promise<Loaded> | undefined;
  const loaded = async () => {
    if (loading) return loading;
    throw new AquatintError("studio/closed", "the engine has no model yet", { hint: "open it first" });
  };
  const motionOf = lastMotion();
  const calls: Calls = {
    async open(params, options) {
      loading = load(params, options);
      return (await loading).info;
    },
    draw: async (params, options) => draw(await loaded(), params, options),
    async clip({ options: clip, motion }, options) {
      const engine = await loaded();
      const { info, previewer } = engine;
      return drawClip(await motionOf(motion, engine, options), clip, { engine: info, previewer, ...options });
    },
    motion: async (source, options) => (await motionOf(source, await loaded(), options)).info,
    frames: ({ png }) => clipFrames(png),
    encode: ({ png, format }) => encodeClip(png, format),
    count: async (params) => countTokens(await loaded(), params),
    decode: async (params, options) => decode(await loaded(), params, options),
  };
  return {
    call: ({ call, params }: Call, options: CallOptions): Promise<Result> =>
      (calls[call] as (params: unknown, options: CallOptions) => Promise<Result>)(params, options),
  };
}

type Calls = {
  readonly [K in EngineCall]: (
    params: EngineCalls[K]["params"],
    options: CallOptions,
  ) => Promise<EngineCalls[K]["result"]>;
};

/** Loads motion adapters, and keeps the last one. */
function lastMotion() {
  let last: { readonly key: string; readonly engine: Promise<MotionEngine> } | undefined;
  return async (source: MotionSource, engine: Loaded, { onEvent }: CallOptions): Promise<MotionEngine> => {
    const { base, file } = source;
    const key = file ? `${file.name} ${file.size} ${file.lastModified}` : base;
    if (last?.key === key) return last.engine;
    const before = last?.engine;
    last = { key, engine: loadMotion(source, engine, onEvent) };
    const { engine: loading } = last;
    await before?.then(
      ({ network }) => network[Symbol.asyncDispose](),
      () => {},
    ); // one is enough in memory
    return loading.catch((error: unknown) => {
      last = undefined; // the file may be there the next time
      throw error;
    });
  };
}

async function load(
  { base, device, threads }: EngineCalls["open"]["params"],
  { onEvent }: CallOptions,
): Promise<Loaded> {
  const starting = webRuntime({ device, threads });
  starting.catch(() => {}); // awaited below; a download that fails comes first
  const store = await browserPieces();
  const manifest = await fetchManifest(base, store);
  const stored = { damaged: 0, isKept: store.isLasting };
  const onProgress = (progress: Extract<EngineEvent, { type: "model" }>["progress"]) => {
    Object.assign(stored, progress);
    onEvent({ type: "model", progress });
  };
  const files = await storedModel(manifest, { base, store, onProgress });
  onEvent({ type: "loading" });
  const opened = await openModel(files);
  const model = await textToImageModel(opened);
  const runtime = await starting;
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  const info: EngineInfo = {
    device,
    threads: runtime.threads,
    isModelKept: stored.isKept,
    damagedPieces: stored.damaged,
    modelName: manifest.name,
    modelHash: weightsHash(manifest),
    modelBytes: modelBytes(manifest),
    sampleSize: model.modules.sampleSize,
    multiple: model.modules.multiple,
    steps: model.generation.steps,
    guidance: model.generation.guidance,
    sampler: model.scheduler.sampler.name,
    maxTokens: maxTokensOf(model),
  };
  return { manifest, opened, runtime, model, network, previewer: modelPreviewer(model), info };
}

/** Tokens besides the start and the end. */
const maxTokensOf = ({ tokenizers }: TextToImageModel): number =>
  Math.min(...tokenizers.map(({ modelMaxLength }) => modelMaxLength - 2));

async function draw(engine: Loaded, options: DrawOptions, { signal, onEvent }: CallOptions): Promise<DrawResult> {
  const { model, network, previewer } = engine;
  const start = performance.now();
  const plan = await planTextToImage(model, options);
  const points: TracePoint[] = [];
  for await (const event of textToImage(network, plan, { signal, previewer })) {
    if (event.type === "evaluation") {
      const { i, n, final, level, x, x0, preview } = event;
      if (!final) continue;
      points.push({ t: level.t, x: x.slice(), x0: x0.slice(), shape: shapeAt(plan, i) });
      onEvent({ type: "step", i: i + 1, n, preview });
      continue;
    }
    const { init, mask, feather = 0 } = options;
    const image = init && mask ? composite({ result: event.image, init, mask, feather }) : event.image;
    const recipe = recipeOf(engine, plan, options);
    const text = { ...parameterTexts(recipe, await webUiSampler(plan)) };
    const seconds = (performance.now() - start) / 1000;
    return { png: encodePng({ ...image, text }), recipe, trace: { points }, seconds };
  }
  throw new AquatintError("studio/no-image", "the sampler ended without an image", { hint: "draw it again" });
}

/** The shape of the latents of a step. */
const shapeAt = ({ hiresFix, ...plan }: TextToImagePlan, i: number): TracePoint["shape"] =>
  hiresFix && i >= stepCount(plan) ? hiresFix.latentShape : plan.latentShape;

const recipeOf = ({ info, model }: Loaded, plan: Awaited<ReturnType<typeof planTextToImage>>, options: DrawOptions) =>
  generationParameters(plan, {
    model: info.modelName,
    modelHash: info.modelHash,
    version: import.meta.env.AQUATINT_VERSION,
    options,
    networks: model,
  });

/** Tokens of a prompt as the model's first tokenizer reads it; the web UI's syntax has signs that are none, and no limit. */
function countTokens({ model }: Loaded, { text, syntax }: EngineCalls["count"]["params"]): TokenCount {
  const tokenizer = model.tokenizers[0];
  if (!tokenizer) return { tokens: 0, cut: "" };
  if (syntax === "a1111") {
    const words = parseAttention(text).flatMap((section) => section.map((part) => part.text));
    return { tokens: words.reduce((sum, part) => sum + tokenizer.encode(part).length - 2, 0), cut: "" };
  }
  const [, ...rest] = promptChunks([[{ text, weight: 1 }]], { tokenizer, commaReach: 0 });
  const cut = rest.flatMap(({ ids }) => Array.from(ids.subarray(1, ids.indexOf(tokenizer.endTokenId))));
  return { tokens: tokenizer.encode(text).length - 2, cut: tokenizer.decode(cut) };
}

async function decode(
  { network }: Loaded,
  { latents, shape }: EngineCalls["decode"]["params"],
  { signal }: CallOptions,
) {
  const images = [];
  for (const data of latents) {
    const pixels = await network.decode(
      { dtype: "float32", shape: [1, ...shape], data: new Float32Array(data) },
      { signal },
    );
    const factor = Math.sqrt(pixels.length / 3 / (shape[1] * shape[2]));
    images.push(...tensorToImages(pixels, { width: shape[2] * factor, height: shape[1] * factor }));
  }
  return images;
}

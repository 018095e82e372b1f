import {
  AquatintError,
  encodePng,
  type Model,
  openModel,
  planTextToImage,
  type TextToImageModel,
  type TextToImageNetwork,
  textToImage,
  textToImageModel,
  textToImageNetwork,
} from "aquatint";
import { tensorToImages, withoutNetworks } from "aquatint/formats";
import { generationParameters, modelPreviewer, type Previewer, parameterTexts, webUiSampler } from "aquatint/pipelines";
import { promptChunks } from "aquatint/tokenizers";
import { webRuntime } from "aquatint/web";
import type { ModelSource } from "../model-files/open-source.ts";
import { composite } from "./composite.ts";
import { type ModelManifest, modelBytes, weightsHash } from "./manifest.ts";
import { fetchManifest, storedModel } from "./model-files.ts";
import { browserPieces } from "./pieces.ts";
import type {
  DrawOptions,
  DrawResult,
  EngineCall,
  EngineCalls,
  EngineEvent,
  EngineInfo,
  EngineRequest,
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
  /** The model alone, without what stands beside it. */
  readonly published: Model;
  readonly source: ModelSource | undefined;
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
  return {
    async call(request: Call, options: CallOptions): Promise<Result> {
      if (request.call === "open") {
        loading = load(request.params, options);
        return (await loading).info;
      }
      if (request.call === "inspect") return inspect(request.params);
      const engine = await loaded();
      if (request.call === "misfits") return misfits(engine, request.params);
      if (request.call === "draw") return draw(engine, request.params, options).catch(explained(engine));
      if (request.call === "count") return countTokens(engine, request.params.text);
      return decode(engine, request.params, options);
    },
  };
}

async function load(params: EngineCalls["open"]["params"], { onEvent }: CallOptions): Promise<Loaded> {
  const { source, device, threads } = params;
  if (source) return loadFiles(source, params, onEvent);
  const starting = webRuntime({ device, threads });
  starting.catch(() => {}); // awaited below; a download that fails comes first
  const { manifest, published } = await openDefault(params.base, onEvent);
  onEvent({ type: "loading" });
  const model = await textToImageModel(published);
  const runtime = await starting;
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  const info = {
    ...modelInfo(model),
    ...{ device, threads: runtime.threads, modelName: manifest.name },
    ...{ modelHash: weightsHash(manifest), modelBytes: modelBytes(manifest) },
  };
  return { published, source, model, network, previewer: modelPreviewer(model), info };
}

type OnEvent = CallOptions["onEvent"];

/** The page's own model, from the browser's store or from the host. */
async function openDefault(base: string, onEvent: OnEvent) {
  const store = await browserPieces();
  const manifest = await fetchManifest(base, store);
  const onProgress = (progress: Extract<EngineEvent, { type: "model" }>["progress"]) =>
    onEvent({ type: "model", progress });
  const files = await storedModel(manifest, { base, store, onProgress });
  return { manifest, published: await openModel(files) };
}

/** A visitor's files; their code is loaded where there are some. */
async function loadFiles(
  source: ModelSource,
  { base, device, threads }: EngineCalls["open"]["params"],
  onEvent: OnEvent,
): Promise<Loaded> {
  const { checkReadable, loadSource } = await import("../model-files/load-source.ts");
  await checkReadable(source);
  let manifest: ModelManifest | undefined;
  const loaded = await loadSource(source, {
    ...{ device, threads },
    async openDefault() {
      const opened = await openDefault(base, onEvent);
      manifest = opened.manifest;
      return opened.published;
    },
  });
  onEvent({ type: "loading" });
  const { published, model, network, runtime, opened } = loaded;
  const info = {
    ...modelInfo(model),
    ...{ device, threads: runtime.threads, modelName: manifest?.name ?? loaded.name, source: opened },
    modelHash: source.modelHash ?? (manifest && weightsHash(manifest)),
    modelBytes: loaded.bytes ?? (manifest ? modelBytes(manifest) : 0),
  };
  return { published, source, model, network, previewer: modelPreviewer(model), info };
}

const modelInfo = ({ modules, generation, scheduler, tokenizers }: TextToImageModel) => ({
  sampleSize: modules.sampleSize,
  multiple: modules.multiple,
  steps: generation.steps,
  guidance: generation.guidance,
  sampler: scheduler.sampler.name,
  maxTokens: maxTokensOf({ tokenizers }),
});

async function inspect({ files, device }: EngineCalls["inspect"]["params"]) {
  const { fileReport } = await import("../model-files/report.ts");
  const { deviceLimits } = await import("../model-files/fit.ts");
  return fileReport(files, { limits: await deviceLimits(device) });
}

async function misfits({ published, model }: Loaded, { companions }: EngineCalls["misfits"]["params"]) {
  const { misfit } = await import("../model-files/report.ts");
  return Promise.all(companions.map((companion) => misfit(companion, { model: published, images: model })));
}

/** Says so where an image failed because a file of its model is gone. */
const explained =
  ({ source }: Loaded) =>
  async (error: unknown): Promise<never> => {
    if (source) await (await import("../model-files/load-source.ts")).checkReadable(source);
    throw error;
  };

/** Tokens besides the start and the end. */
const maxTokensOf = ({ tokenizers }: Pick<TextToImageModel, "tokenizers">): number =>
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
      points.push({ t: level.t, x: x.slice(), x0: x0.slice() });
      onEvent({ type: "step", i: i + 1, n, preview });
      continue;
    }
    const { init, mask, feather = 0 } = options;
    const image = init && mask ? composite({ result: event.image, init, mask, feather }) : event.image;
    const recipe = recipeOf(engine, plan, options);
    const text = { ...parameterTexts(recipe, await webUiSampler(plan)) };
    const seconds = (performance.now() - start) / 1000;
    return { png: encodePng({ ...image, text }), recipe, trace: { shape: plan.latentShape, points }, seconds };
  }
  throw new AquatintError("studio/no-image", "the sampler ended without an image", { hint: "draw it again" });
}

const recipeOf = ({ info, model }: Loaded, plan: Awaited<ReturnType<typeof planTextToImage>>, options: DrawOptions) =>
  generationParameters(plan, {
    model: info.modelName,
    modelHash: info.modelHash,
    version: import.meta.env.AQUATINT_VERSION,
    options,
    networks: model,
  });

/** Tokens of a prompt as the model's first tokenizer reads it literally. */
function countTokens({ model, source }: Loaded, prompt: string): TokenCount {
  const text = source ? withoutNetworks(prompt).prompt : prompt;
  const tokenizer = model.tokenizers[0];
  if (!tokenizer) return { tokens: 0, cut: "" };
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

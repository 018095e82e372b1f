import {
  AquatintError,
  encodePng,
  openModel,
  planTextToImage,
  type TextToImageModel,
  type TextToImageNetwork,
  textToImage,
  textToImageModel,
  textToImageNetwork,
} from "aquatint";
import { tensorToImages } from "aquatint/formats";
import { generationParameters, modelPreviewer, type Previewer, parameterTexts, webUiSampler } from "aquatint/pipelines";
import { promptChunks } from "aquatint/tokenizers";
import { webRuntime } from "aquatint/web";
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
  readonly manifest: ModelManifest;
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
      const engine = await loaded();
      if (request.call === "draw") return draw(engine, request.params, options);
      if (request.call === "count") return countTokens(engine, request.params.text);
      return decode(engine, request.params, options);
    },
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
  const model = await textToImageModel(await openModel(files));
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
  return { manifest, model, network, previewer: modelPreviewer(model), info };
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
function countTokens({ model }: Loaded, text: string): TokenCount {
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

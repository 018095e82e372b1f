import { AquatintError, encodePng, planTextToImage, textToImage } from "aquatint";
import { tensorToImages, withoutNetworks } from "aquatint/formats";
import {
  generationParameters,
  parameterTexts,
  stepCount,
  type TextToImagePlan,
  webUiSampler,
} from "aquatint/pipelines";
import { parseAttention, promptChunks } from "aquatint/tokenizers";
import { composite } from "./composite.ts";
import { clipFrames, encodeClip } from "./encode-clip.ts";
import type { ModelForm } from "./forms.ts";
import { type CallOptions, type Loaded, load } from "./load.ts";
import { drawClip, loadMotion, type MotionEngine, type MotionParts } from "./motion.ts";
import { inEnoughPrecision } from "./networks.ts";
import type {
  ClipOptions,
  DrawOptions,
  DrawResult,
  EngineCall,
  EngineCalls,
  EngineRequest,
  MotionSource,
  TokenCount,
  TracePoint,
} from "./protocol.ts";

type Call = Exclude<EngineRequest, { readonly call: "abort" }>;
type Result = EngineCalls[EngineCall]["result"];

/** The engine of one worker: one model, one image at a time. */
export function createEngine() {
  let loading: Promise<Loaded> | undefined;
  const loaded = async () => {
    if (loading) return loading;
    throw new AquatintError("studio/closed", "the engine has no model yet", { hint: "open it first" });
  };
  const motions = lastMotion();
  const calls: Calls = {
    async open(params, options) {
      loading = load(params, options);
      return (await loading).info;
    },
    inspect,
    misfits: async (params) => misfits(await loaded(), params),
    async draw(params, options) {
      const engine = await loaded();
      await motions.makeRoom();
      return drawImage(engine, params, options).catch(explained(engine));
    },
    async clip({ options: clip, motion }, options) {
      const engine = await loaded();
      const work = async () =>
        drawMotion(engine, { clip, motion: (form) => motions.load(motion, { ...engine, ...form }, options) }, options);
      return work().catch(explained(engine));
    },
    hash: async () => (await loaded()).modelHash(),
    motion: async (source, options) =>
      (await motions.load(source, { ...(await loaded()), fewSteps: false }, options)).info,
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

interface MotionCall {
  readonly clip: ClipOptions;
  motion(form: Pick<MotionParts, "fewSteps">): Promise<MotionEngine>;
}

async function drawMotion(engine: Loaded, { clip, motion }: MotionCall, options: CallOptions): Promise<DrawResult> {
  checkForm(engine, clip);
  await engine.forms.last().networks.makeRoom();
  const loaded = await motion({ fewSteps: clip.fewSteps ?? false });
  const work = () => drawClip(loaded, clip, { ...engine, ...options });
  return inEnoughPrecision(loaded.networks, { work, onWiden: onWiden(options) });
}

type Calls = {
  readonly [K in EngineCall]: (
    params: EngineCalls[K]["params"],
    options: CallOptions,
  ) => Promise<EngineCalls[K]["result"]>;
};

const onWiden =
  ({ onEvent }: CallOptions) =>
  () =>
    onEvent({ type: "precision" });

/** Loads motion adapters, and keeps the last one. */
function lastMotion() {
  let last: { readonly key: string; readonly engine: Promise<MotionEngine> } | undefined;
  const load = async (source: MotionSource, parts: MotionParts, { onEvent }: CallOptions): Promise<MotionEngine> => {
    const { base, file } = source;
    const name = file ? `${file.name} ${file.size} ${file.lastModified}` : base;
    const key = `${parts.fewSteps} ${name}`;
    if (last?.key === key) return last.engine;
    const before = last?.engine;
    last = { key, engine: loadMotion(source, parts, onEvent) };
    const { engine: loading } = last;
    await before?.then(
      ({ networks }) => networks.release(),
      () => {},
    ); // one is enough in memory
    return loading.catch((error: unknown) => {
      last = undefined; // the file may be there the next time
      throw error;
    });
  };
  const makeRoom = async () => {
    const engine = await last?.engine.catch(() => undefined); // whoever loads it hears why it failed
    await engine?.networks.makeRoom();
  };
  return { load, makeRoom };
}

async function inspect({ files, device }: EngineCalls["inspect"]["params"]) {
  const { fileReport } = await import("../model-files/report.ts");
  const { deviceLimits } = await import("../model-files/device-limits.ts");
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

/** Refuses the form for few steps of a model that has none. */
function checkForm({ info }: Loaded, { fewSteps }: Pick<DrawOptions, "fewSteps">): void {
  if (!fewSteps || info.fewSteps) return;
  throw new AquatintError("model/few-steps", `${info.modelName} has no form for few steps of its own`, {
    hint: "choose a quality again: Quick, Balanced or Fine",
  });
}

async function drawImage(engine: Loaded, options: DrawOptions, call: CallOptions): Promise<DrawResult> {
  checkForm(engine, options);
  const form = await engine.forms.take(options.fewSteps);
  const work = () => draw({ ...engine, ...form }, options, call);
  return inEnoughPrecision(form.networks, { work, onWiden: onWiden(call) });
}

type Drawing = Loaded & ModelForm;

async function draw(engine: Drawing, options: DrawOptions, { signal, onEvent }: CallOptions): Promise<DrawResult> {
  const { model, networks, previewer, modelHash } = engine;
  const start = performance.now();
  modelHash().catch(() => {}); // computed beside the image; the recipe waits for it, and throws
  const plan = await planTextToImage(model, options);
  const network = await networks.forImage(plan, options);
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
    const recipe = await recipeOf(engine, plan, options);
    const text = { ...parameterTexts(recipe, await webUiSampler(plan)) };
    const seconds = (performance.now() - start) / 1000;
    return { png: encodePng({ ...image, text }), recipe, trace: { points }, seconds };
  }
  throw new AquatintError("studio/no-image", "the sampler ended without an image", { hint: "draw it again" });
}

/** The shape of the latents of a step. */
const shapeAt = ({ hiresFix, ...plan }: TextToImagePlan, i: number): TracePoint["shape"] =>
  hiresFix && i >= stepCount(plan) ? hiresFix.latentShape : plan.latentShape;

const recipeOf = async ({ info, model, source, modelHash }: Drawing, plan: TextToImagePlan, options: DrawOptions) =>
  generationParameters(plan, {
    model: info.modelName,
    modelHash: await modelHash(),
    otherVae: source?.vae !== undefined,
    version: import.meta.env.AQUATINT_VERSION,
    options,
    networks: model,
  });

/** Tokens of a prompt as the model's first tokenizer reads it; the web UI's syntax has signs that are none, and no limit. */
function countTokens({ model, source }: Loaded, { text: prompt, syntax }: EngineCalls["count"]["params"]): TokenCount {
  const text = source ? withoutNetworks(prompt).prompt : prompt;
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

async function decode({ forms }: Loaded, { latents, shape }: EngineCalls["decode"]["params"], { signal }: CallOptions) {
  const images = [];
  const network = await forms.last().networks.current();
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

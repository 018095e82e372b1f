import { type Model, type Runtime, type TextToImageModel, textToImageModel, textToImageNetwork } from "aquatint";
import { modelPreviewer, type Previewer, withFewSteps } from "aquatint/pipelines";
import { webRuntime } from "aquatint/web";
import type { DeviceLimits } from "../model-files/device-limits.ts";
import type { ModelSource } from "../model-files/open-source.ts";
import { fewStepsInfo, type ModelForm, type ModelForms, modelForms } from "./forms.ts";
import { hostedModel } from "./hosted/hosted-model.ts";
import { fixedNetworks } from "./networks.ts";
import type { EngineCalls, EngineEvent, EngineInfo } from "./protocol.ts";

/** Options of each call. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

/** A model that is loaded. */
export interface Loaded {
  /** The model alone, without what stands beside it. */
  readonly published: Model;
  readonly source: ModelSource | undefined;
  readonly model: TextToImageModel;
  readonly forms: ModelForms;
  /** What this device can hold of a visitor's files; undefined for the page's own model. */
  readonly limits?: DeviceLimits | undefined;
  readonly runtime: Runtime;
  readonly previewer: Previewer | undefined;
  readonly info: EngineInfo;
  /** SHA-256 of the model's weights, as images name it; of a visitor's files it is computed when it is first wanted. */
  readonly modelHash: () => Promise<string | undefined>;
}

type ModelFacts = Pick<EngineInfo, "modelName" | "modelHash" | "modelBytes" | "isModelKept" | "damagedPieces">;

/** Opens the page's own model, or a visitor's files. @throws AquatintError that names what is missing or damaged. */
export async function load(params: EngineCalls["open"]["params"], { onEvent }: CallOptions): Promise<Loaded> {
  const { source, device, threads } = params;
  if (source) return loadFiles(source, params, onEvent);
  const starting = webRuntime({ device, threads });
  starting.catch(() => {}); // awaited below; a download that fails comes first
  const { published, info: facts } = await openDefault(params.base, onEvent);
  onEvent({ type: "loading" });
  const model = await textToImageModel(published);
  const runtime = await starting;
  const form = (model: TextToImageModel) => fixedForm(model, runtime);
  const info = { ...modelInfo(model), ...facts, device, threads: runtime.threads };
  const modelHash = async () => info.modelHash;
  const forms = modelForms(await form(model), async () => form(await withFewSteps(model, published)));
  return { published, source, model, forms, runtime, previewer: modelPreviewer(model), info, modelHash };
}

/** A model with networks that stay open. */
async function fixedForm(model: TextToImageModel, runtime: Runtime): Promise<ModelForm> {
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  return { model, networks: fixedNetworks(network) };
}

type OnEvent = CallOptions["onEvent"];

/** The page's own model, from the browser's store or from the host. */
const openDefault = (base: string, onEvent: OnEvent) =>
  hostedModel(base, (progress) => onEvent({ type: "model", progress }));

/** A visitor's files; their code is loaded where there are some. */
async function loadFiles(
  source: ModelSource,
  { base, device, threads }: EngineCalls["open"]["params"],
  onEvent: OnEvent,
): Promise<Loaded> {
  const { checkReadable, loadSource } = await import("../model-files/load-source.ts");
  await checkReadable(source);
  let pageFacts: ModelFacts | undefined;
  const loaded = await loadSource(source, {
    ...{ device, threads },
    async openDefault() {
      const opened = await openDefault(base, onEvent);
      pageFacts = opened.info;
      return opened.published;
    },
  });
  onEvent({ type: "loading" });
  const { published, model, runtime, forms, limits, opened } = loaded;
  const fileFacts: ModelFacts = {
    ...{ modelName: loaded.name, modelHash: source.modelHash, modelBytes: loaded.bytes ?? 0 },
    ...{ isModelKept: undefined, damagedPieces: 0 },
  };
  const info = { ...modelInfo(model), ...(pageFacts ?? fileFacts), device, threads: runtime.threads, source: opened };
  const modelHash = pageFacts ? async () => info.modelHash : once(() => hashOf(source, published));
  const previewer = modelPreviewer(model);
  return { published, source, model, forms, limits, runtime, previewer, info, modelHash };
}

const hashOf = async ({ modelHash }: ModelSource, published: Model) =>
  modelHash ?? (await import("../model-files/weights-hash.ts")).weightsHash(published);

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

const modelInfo = (model: TextToImageModel) => ({
  sampleSize: model.modules.sampleSize,
  multiple: model.modules.multiple,
  steps: model.generation.steps,
  guidance: model.generation.guidance,
  fewSteps: fewStepsInfo(model),
  sampler: model.scheduler.sampler.name,
  maxTokens: maxTokensOf(model),
});

/** Tokens besides the start and the end. */
const maxTokensOf = ({ tokenizers }: Pick<TextToImageModel, "tokenizers">): number =>
  Math.min(...tokenizers.map(({ modelMaxLength }) => modelMaxLength - 2));

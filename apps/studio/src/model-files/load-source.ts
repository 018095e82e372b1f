import { AquatintError, type Model, openModel, type Runtime, type TextToImageModel } from "aquatint";
import type { MemoryPlan } from "aquatint/pipelines";
import jspiWorker from "aquatint/runtime/worker-jspi.web?worker&url";
import { webRuntime } from "aquatint/web";
import type { EngineDevice } from "../engine/device.ts";
import { type ModelForms, modelForms } from "../engine/forms.ts";
import { type DeviceLimits, deviceLimits, hasJspi } from "./device-limits.ts";
import { bytesOf, modelFilesOf, stemOf } from "./file-set.ts";
import { fitOf } from "./fit.ts";
import { type ModelSource, withCompanions } from "./open-source.ts";
import { plannedNetworks } from "./planned-networks.ts";
import { defaultPrecision, type ModelPrecision, modelIn } from "./precision.ts";

/** What the engine has opened beside the default model, or in its place. */
export interface OpenedSource {
  /** Names of the LoRAs in the order of their scales. */
  readonly loras: readonly string[];
  /** Words that call embeddings. */
  readonly words: readonly string[];
  /** Number of ControlNets, each of which takes an image. */
  readonly controls: number;
  readonly notes: readonly string[];
  /** True where weights are read from the file on demand, without a copy in JavaScript. */
  readonly lazy: boolean;
  readonly memory: MemoryPlan;
  readonly precision: ModelPrecision;
}

/** A source that is ready to draw. */
export interface LoadedSource {
  /** The model alone, by which what may stand beside it is judged. */
  readonly published: Model;
  readonly model: TextToImageModel;
  readonly forms: ModelForms;
  readonly limits: DeviceLimits;
  readonly runtime: Runtime;
  readonly name: string;
  readonly bytes: number | undefined;
  readonly opened: OpenedSource;
}

/** Options of `loadSource`. */
export interface LoadSourceOptions {
  readonly device: EngineDevice;
  readonly threads?: number | undefined;
  /** Opens the default model. */
  readonly openDefault: () => Promise<Model>;
}

/** Opens a source on a runtime, in the way that fits this browser. @throws AquatintError where none does, or a file is damaged. */
export async function loadSource(
  source: ModelSource,
  { device, threads, openDefault }: LoadSourceOptions,
): Promise<LoadedSource> {
  const set = source.model;
  const published = set ? await openModel(modelFilesOf(set)) : await openDefault();
  const limits = await deviceLimits(device);
  const { precision = defaultPrecision(limits) } = source;
  const full = await withCompanions(published, source);
  const model = modelIn(full, precision, limits);
  const { plan, problem } = await fitOf(model, limits);
  if (!plan)
    throw new AquatintError("studio/too-large", problem?.message ?? "it does not fit", { hint: problem?.hint });
  const runtime = await webRuntime({ device, threads, workerUrl: limits.lazy ? jspiWorker : undefined });
  const form = (loaded: TextToImageModel) => ({
    model: modelIn(loaded, precision, limits),
    networks: plannedNetworks({ runtime, model: loaded, precision, limits, memory: plan }),
  });
  return {
    ...{ published, model, runtime, limits },
    forms: modelForms(form(full), async () => form(await withCompanions(published, source, { fewSteps: true }))),
    name: set ? stemOf(set.name) : published.name,
    bytes: set && bytesOf(set),
    opened: {
      loras: source.loras.map(({ name }) => stemOf(name)),
      words: [...(model.embeddings?.keys() ?? [])],
      controls: source.controls.length,
      notes: model.notes ?? [],
      lazy: hasJspi(),
      memory: plan,
      precision,
    },
  };
}

/** Reads a byte of each file of a source. @throws AquatintError "file/changed" where one is gone or another than it was. */
export async function checkReadable({ model, vae, loras, embeddings, controls }: ModelSource): Promise<void> {
  const sets = [model, vae, ...loras, ...embeddings, ...controls].flatMap((set) => set ?? []);
  for (const set of sets) {
    const files = modelFilesOf(set);
    for (const path of set.files.keys()) await files.read(path, { offset: 0, length: 1 });
  }
}

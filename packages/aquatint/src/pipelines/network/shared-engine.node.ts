import { stat } from "node:fs/promises";
import { packedFolder } from "../../runtime/packed/folder.node.ts";
import { type PackedEvent, packedRuntime } from "../../runtime/packed/runtime.node.ts";
import { packedStore } from "../../runtime/packed/store.node.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import { scopedRuntime } from "../../runtime/scoped.ts";
import type { Runtime, RuntimeOptions } from "../../runtime/types.ts";
import { type Lease, sharedResources } from "../../util/shared-resources.ts";
import { type OpenNetworkOptions, openNetwork } from "../memory/open-network.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import type { PreparedPreview } from "../preview/preview.node.ts";
import type { Previewer } from "../preview/preview.ts";
import type { RetryEvent } from "../vae/float16-fallback.ts";
import { callEvents } from "./call-events.node.ts";
import type { TextToImageNetwork } from "./network.ts";

/** Options of a loaded model. */
export interface EngineOptions extends Omit<OpenNetworkOptions, "parts">, Pick<RuntimeOptions, "device" | "threads"> {
  readonly model: TextToImageModel;
  /** Packed weights are kept on disk and mapped the next time; true if absent, unless `maxMemory` is given. */
  readonly cache?: boolean | undefined;
  /** Files that are read besides the model's weights. */
  readonly files?: readonly string[];
  /** Choice of the files and their use: two models of the same choices and the same files are one. */
  readonly choices: unknown;
}

/** Events of loading and decoding: a fall back to another precision, and packed weights that were kept. */
export type EngineEvent = RetryEvent | PackedEvent;
type OnEvent = (event: EngineEvent) => void;

/** A model that is loaded, for one generation at least. */
export interface Engine extends AsyncDisposable {
  /** The networks for one generation, which is told the events that its calls cause. */
  network(onEvent: OnEvent): TextToImageNetwork;
  /** The preview of this name, made once. */
  previewer(name: string, prepared: PreparedPreview): Previewer;
}

const runtimes = sharedResources<Runtime>();
const engines = sharedResources<Engine>();
const packedEvents = callEvents<PackedEvent>();

/** Unloads the models that no generation uses. */
export const unloadIdleModels = (): Promise<void> => engines.disposeIdle();

/**
 * The loaded model, shared with the other generations of this process: one runtime does all their calls, one at a time, and
 * a model's weights are in memory once. A limit of memory is kept by an engine of one's own.
 */
export async function leaseEngine(options: EngineOptions): Promise<Lease<Engine>> {
  if (options.maxMemory !== undefined) return unshared(await openEngine(options));
  const { device, threads, weightMemory, cache = true, vaePrecision, model, choices, files = [] } = options;
  const stamps = await Promise.all([...weightFiles(model), ...files].map(stampOf));
  const key = JSON.stringify([device, threads, weightMemory, cache, vaePrecision, model.configs, choices, stamps]);
  return engines.lease(key, () => openEngine(options));
}

const unshared = (resource: Engine): Lease<Engine> => ({
  resource,
  async release() {
    await resource[Symbol.asyncDispose]();
  },
});

const weightFiles = ({ locations }: TextToImageModel): string[] => [
  ...new Set(Array.from(locations.values(), ({ file }) => file.path ?? file.name)),
];

/** A file that was written again is another one. One that is gone is missed where it is read. */
async function stampOf(path: string): Promise<readonly unknown[]> {
  const { ino, size, mtimeMs } = await stat(path).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }));
  return [path, ino, size, mtimeMs];
}

/** The runtime with packed weights on disk; writing an entry takes memory that a limit has no room for. */
const cachedRuntime = (
  runtime: Runtime,
  { cache = true, maxMemory }: Pick<EngineOptions, "cache" | "maxMemory">,
): Runtime =>
  cache && maxMemory === undefined
    ? packedRuntime(runtime, {
        store: packedStore(packedFolder()),
        onWrite: packedEvents.emit,
      })
    : runtime;

async function openEngine({ model, device, threads, ...limits }: EngineOptions): Promise<Engine> {
  const binding = await model.binding();
  const lease = await runtimes.lease(JSON.stringify([device, threads]), () => nodeRuntime({ device, threads }));
  const runtime = cachedRuntime(scopedRuntime(lease.resource), limits);
  const network = openNetwork(runtime, { ...limits, parts: { modules: model.modules, ...binding } });
  const previewers = new Map<string, Previewer>();
  return {
    network: (onEvent) => packedEvents.during(network.forGeneration(onEvent), onEvent),
    previewer(name, prepared) {
      const previewer = previewers.get(name) ?? prepared(runtime);
      previewers.set(name, previewer);
      return previewer;
    },
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
      await lease.release(0);
    },
  };
}

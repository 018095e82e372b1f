import { AquatintError } from "aquatint";
import type { ModelSource } from "../model-files/open-source.ts";
import { readLocal, writeLocal } from "../state/local.ts";
import { createStore } from "../state/store.ts";
import { say } from "../ui/toasts.tsx";
import { ENGINE_CLOSED, type EngineClient, startEngine } from "./client.ts";
import { type EngineDevice, engineThreads } from "./device.ts";
import type { ModelProgress } from "./hosted/model-files.ts";
import type { EngineInfo } from "./protocol.ts";

/** How the engine stands. */
export type EngineState =
  | { readonly status: "idle" }
  | { readonly status: "opening"; readonly progress: ModelProgress | undefined; readonly loading: boolean }
  | { readonly status: "ready"; readonly info: EngineInfo }
  | { readonly status: "failed"; readonly error: AquatintError };

/** The state of the page's one engine. */
export const engineStore = createStore<EngineState>({ status: "idle" });

const DEVICE_KEY = "aquatint-device";

/** The device that the person chose; wasm draws the small default model faster on most machines. */
export const chosenDevice = (): EngineDevice => (readLocal(DEVICE_KEY) === "webgpu" ? "webgpu" : "wasm");

let source: ModelSource | undefined;
let opening: Promise<EngineClient> | undefined;
let client: EngineClient | undefined;

/** The engine with its model, started where it is not. */
export function openEngine(): Promise<EngineClient> {
  opening ??= start();
  return opening;
}

/** Does some work with the engine; again where another model or device is chosen meanwhile, which closes the one at work. */
export async function withEngine<T>(work: (engine: EngineClient) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work(await openEngine());
    } catch (error) {
      if (asError(error).code !== ENGINE_CLOSED) throw error;
    }
  }
}

async function start(device = chosenDevice()): Promise<EngineClient> {
  engineStore.set({ status: "opening", progress: undefined, loading: false });
  const started = startEngine(() => restart(started));
  client = started;
  try {
    const info = await started.call(
      "open",
      {
        base: new URL("model/", document.baseURI).href,
        threads: engineThreads(navigator.hardwareConcurrency),
        ...{ device, source },
      },
      {
        onEvent(event) {
          if (event.type === "model") engineStore.set({ status: "opening", progress: event.progress, loading: false });
          if (event.type === "loading") engineStore.set({ status: "opening", progress: undefined, loading: true });
        },
      },
    );
    engineStore.set({ status: "ready", info });
    sayStored(info);
    if (info.modelHash === undefined) void addHash(started);
    return started;
  } catch (error) {
    started.close();
    if (client !== started) throw error;
    const failure = asError(error);
    if (device === "webgpu" && failure.code.startsWith("runtime/")) return onProcessor(failure);
    opening = undefined;
    engineStore.set({ status: "failed", error: failure });
    throw error;
  }
}

/** Takes the processor from now on, where WebGPU was chosen and is gone or broken. */
function onProcessor({ message }: AquatintError): Promise<EngineClient> {
  writeLocal(DEVICE_KEY, "wasm");
  say("WebGPU does not work here. The processor draws from now on.", { detail: message });
  return start("wasm");
}

/** Adds the hash of a visitor's model, which takes a second for each 70 MB or so. */
async function addHash(engine: EngineClient): Promise<void> {
  const modelHash = await engine.call("hash", undefined).catch(() => undefined); // the engine ended: the next one computes it
  engineStore.set((state) =>
    state.status === "ready" && client === engine ? { ...state, info: { ...state.info, modelHash } } : state,
  );
}

/** SHA-256 of the weights of the model that draws, once it is known. */
export const modelHash = async (): Promise<string | undefined> => (await openEngine()).call("hash", undefined);

function sayStored({ damagedPieces, isModelKept }: EngineInfo): void {
  if (damagedPieces > 0) say("The stored model was damaged. The damaged parts were fetched again.");
  if (isModelKept === false) say("The browser did not keep the model. The next visit fetches it again.");
}

/** Forgets an engine that ended, so that the next image starts another. */
function restart(lost: EngineClient): void {
  if (client !== lost) return;
  opening = undefined;
  engineStore.set({ status: "idle" });
}

/** Computes on another device from now on. */
export async function chooseDevice(device: EngineDevice): Promise<void> {
  writeLocal(DEVICE_KEY, device);
  closeEngine();
  await openEngine().catch(() => {});
}

function closeEngine(): void {
  client?.close();
  opening = undefined;
}

/** Opens other files from now on, undefined for the default model alone; where they fail, the former ones come back. */
export async function openSource(next: ModelSource | undefined): Promise<void> {
  const former = source;
  source = next;
  closeEngine();
  try {
    await withEngine(async () => {}); // of another device where that is changed meanwhile
  } catch (error) {
    if (source !== next) throw error; // others were chosen meanwhile
    source = former;
    await openEngine().catch(() => {});
    throw error;
  }
}

/** Any error as one with a code. */
export const asError = (error: unknown): AquatintError =>
  error instanceof AquatintError
    ? error
    : new AquatintError("studio/internal", error instanceof Error ? error.message : String(error), {
        hint: "reload the page, and report it if it comes again",
      });

/** Says an error beside the page, with its hint. */
export function sayError(error: unknown): void {
  const { message, hint } = asError(error);
  say(message, { detail: hint });
}

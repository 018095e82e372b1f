import { AquatintError } from "aquatint";
import type { ModelSource } from "../model-files/open-source.ts";
import { readLocal, writeLocal } from "../state/local.ts";
import { createStore } from "../state/store.ts";
import { type EngineClient, startEngine } from "./client.ts";
import type { EngineDevice } from "./device.ts";
import type { ModelProgress } from "./model-files.ts";
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

async function start(): Promise<EngineClient> {
  engineStore.set({ status: "opening", progress: undefined, loading: false });
  const started = startEngine(() => restart(started));
  client = started;
  try {
    const info = await started.call(
      "open",
      { base: new URL("model/", document.baseURI).href, device: chosenDevice(), source },
      {
        onEvent(event) {
          if (event.type === "model") engineStore.set({ status: "opening", progress: event.progress, loading: false });
          if (event.type === "loading") engineStore.set({ status: "opening", progress: undefined, loading: true });
        },
      },
    );
    engineStore.set({ status: "ready", info });
    return started;
  } catch (error) {
    closeEngine(started);
    engineStore.set({ status: "failed", error: asError(error) });
    throw error;
  }
}

/** Forgets an engine that ended, so that the next image starts another. */
function restart(lost: EngineClient): void {
  if (client !== lost) return;
  opening = undefined;
  engineStore.set({ status: "idle" });
}

function closeEngine(engine: EngineClient): void {
  engine.close();
  opening = undefined;
}

/** Computes on another device from now on. */
export async function chooseDevice(device: EngineDevice): Promise<void> {
  writeLocal(DEVICE_KEY, device);
  if (client) closeEngine(client);
  await openEngine().catch(() => {});
}

/** Opens other files from now on, undefined for the default model alone; where they fail, the former ones come back. */
export async function openSource(next: ModelSource | undefined): Promise<void> {
  const former = source;
  source = next;
  if (client) closeEngine(client);
  try {
    await openEngine();
  } catch (error) {
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

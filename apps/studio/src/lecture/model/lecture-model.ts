import { type Runtime, type TextToImageModel, textToImageModel } from "aquatint";
import { webRuntime } from "aquatint/web";
import { engineThreads } from "../../engine/device.ts";
import { hostedModel } from "../../engine/hosted/hosted-model.ts";

/** A model of the page's host: the default one, and the smaller one of pixels. */
export type HostedName = "model" | "pixel";

/** A model that a worker has opened, with a runtime. */
export interface OpenedModel {
  readonly model: TextToImageModel;
  readonly runtime: Runtime;
}

/** Opens a model of the host, whose address is `root`; in a worker. */
export async function openHosted(name: HostedName, root: string): Promise<OpenedModel> {
  const starting = webRuntime({ device: "wasm", threads: engineThreads(navigator.hardwareConcurrency) });
  starting.catch(() => {}); // awaited below; a download that fails comes first
  const { published } = await hostedModel(`${root}${name}/`, () => {});
  return { model: await textToImageModel(published), runtime: await starting };
}

/** What is opened once in a worker, again after a failure. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

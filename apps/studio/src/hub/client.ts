import { AquatintError } from "aquatint";
import type { HubRequest } from "./address.ts";
import type { HubAccess, HubAnswer, HubCall, HubListing } from "./protocol.ts";

/** The hub that the page's host names in `hub.json`. */
export async function hubEndpoint(): Promise<string> {
  const response = await fetch(new URL("hub.json", document.baseURI)).catch(() => undefined);
  const { endpoint } = response?.ok ? await response.json() : { endpoint: undefined };
  return String(endpoint ?? "https://huggingface.co").replace(/\/+$/, "");
}

interface HubCallOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly path: string }) => void;
}

/** Runs a call in a worker of its own, which ends with it. @throws AquatintError, or the signal's reason. */
function run(call: HubCall, { signal, onProgress }: HubCallOptions): Promise<HubAnswer> {
  const worker = new Worker(new URL("./hub.worker.ts", import.meta.url), { type: "module", name: "hub" });
  return new Promise<HubAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<HubAnswer>) => {
      if ("done" in data) onProgress?.(data);
      else if (signal.aborted) reject(signal.reason);
      else if ("failure" in data) reject(failureError(data.failure));
      else resolve(data);
    };
    worker.onerror = ({ message }) =>
      reject(new AquatintError("hub/worker", `the worker that fetches ended: ${message || "its script did not load"}`));
    signal.addEventListener("abort", () => worker.postMessage({ call: "abort" }));
    worker.postMessage(call);
  }).finally(() => worker.terminate());
}

const failureError = ({ code, message, hint }: { code: string; message: string; hint?: string | undefined }) =>
  new AquatintError(code as AquatintError["code"], message, { hint });

/** What the hub has for a request. @throws AquatintError "hub/…" or "checkpoint/…". */
export async function listHub(access: HubAccess, request: HubRequest, signal: AbortSignal): Promise<HubListing> {
  const answer = await run({ call: "list", access, request }, { signal });
  if ("listing" in answer) return answer.listing;
  throw new AquatintError("hub/worker", "the worker that fetches gave no list");
}

/** Brings the files into the browser's store, each verified. @throws AquatintError "hub/…" or "studio/disk-full". */
export const fetchFromHub = async (access: HubAccess, listing: HubListing, options: HubCallOptions): Promise<void> =>
  void (await run({ call: "fetch", access, listing }, options));

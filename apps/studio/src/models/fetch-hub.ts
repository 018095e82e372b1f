import { asError } from "../engine/engine-store.ts";
import { type HubRequest, parseAddress } from "../hub/address.ts";
import { fetchFromHub, hubEndpoint, listHub } from "../hub/client.ts";
import type { HubListing } from "../hub/protocol.ts";
import { addPending, dropPending, type PendingFetch } from "./hub-pending.ts";
import { hubStore } from "./hub-store.ts";
import { copyOf, forgetFiles } from "./kept-files.ts";
import { receiveModels } from "./receive-models.ts";

let controller: AbortController | undefined;
/** The token is in this variable alone, and gone with the page. */
let token: string | undefined;

/** Takes a token for the hub, for as long as the page is open. */
export const setToken = (text: string): void => {
  token = text.trim() || undefined;
};

/** Does something with the hub; what goes wrong is in the store. */
async function working(status: "listing" | "fetching", work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  controller?.abort();
  const current = new AbortController();
  controller = current;
  hubStore.set((state) => ({ ...state, status, error: undefined }));
  try {
    await work(current.signal);
  } catch (error) {
    if (controller !== current) return; // another began
    const failure = current.signal.aborted ? undefined : asError(error);
    hubStore.set(({ listing, ...state }) => ({
      ...{ ...state, status: listing ? "listed" : "idle", error: failure },
      listing: listing && { ...listing, present: state.done },
    }));
  }
}

/** Asks the hub what it has for a name; nothing is fetched. */
export const lookUp = (text: string): Promise<void> =>
  working("listing", async (signal) => {
    hubStore.set((state) => ({ ...state, listing: undefined, done: 0, path: undefined }));
    await listRequest(parseAddress(text), signal);
  });

async function listRequest(request: HubRequest, signal: AbortSignal): Promise<void> {
  const listing = await listHub({ endpoint: await hubEndpoint(), token }, request, signal);
  hubStore.set((state) => ({ ...state, status: "listed", listing, done: listing.present }));
}

/** Fetches what was listed and says what it is. */
export const fetchListed = (): Promise<void> =>
  working("fetching", async (signal) => {
    const { listing } = hubStore.get();
    if (!listing) return;
    const { id, name, request, bytes, files } = listing;
    addPending({ id, name, request, bytes });
    await navigator.storage?.persist?.(); // else the browser may delete it when the disk is full
    await fetchFromHub({ endpoint: await hubEndpoint(), token }, listing, {
      signal,
      onProgress: ({ done, path }) => hubStore.set((state) => ({ ...state, done, path })),
    });
    const set = await copyOf({ id, name, isFolder: files.length > 1, files: placedFiles(listing) });
    hubStore.set((state) => ({ ...state, isOpen: false, status: "idle", listing: undefined }));
    await receiveModels([{ files: set, placed: id }]);
  });

/** The paths as the page names them: a single file has the name of the list. */
const placedFiles = ({ files, name }: HubListing) =>
  files.length === 1 ? [{ path: name }] : files.map(({ path }) => ({ path }));

/** Ends a fetch; what came stays, and the next one goes on from there. */
export const cancelFetch = (): void => controller?.abort(new DOMException("canceled", "AbortError"));

/** Goes on with what was begun on this visit or an earlier one. */
export const resumeFetch = async ({ request }: PendingFetch): Promise<void> => {
  await working("listing", (signal) => listRequest(request, signal));
  if (hubStore.get().listing) await fetchListed();
};

/** Deletes what came of a fetch. */
export async function forgetFetch({ id }: PendingFetch): Promise<void> {
  dropPending(id);
  await forgetFiles(id);
  hubStore.set((state) => ({ ...state, listing: undefined, status: "idle" }));
}

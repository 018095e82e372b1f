import { AquatintError } from "aquatint";
import { chooseFiles, fileAddress, type HubFile, listRepository } from "aquatint/hub";
import { asFailure } from "../engine/failure.ts";
import { type HubRequest, listedName } from "./address.ts";
import { diskFull, hubError, noStore } from "./failures.ts";
import { fetchFile } from "./fetch-file.ts";
import type { HubAccess, HubAnswer, HubCall, HubListing, HubMessage } from "./protocol.ts";
import { modelFolder, openSink } from "./store.ts";

const controller = new AbortController();
const post = (answer: HubAnswer) => self.postMessage(answer);

self.onmessage = async ({ data }: MessageEvent<HubMessage>) => {
  if (data.call === "abort") return controller.abort();
  try {
    post(await calls[data.call](data as never));
  } catch (error) {
    post({ failure: asFailure(hubError(error)) });
  }
};

const calls = {
  list: async ({ access, request }: Extract<HubCall, { call: "list" }>): Promise<HubAnswer> => ({
    listing: await list(access, request),
  }),
  async fetch({ access, listing }: Extract<HubCall, { call: "fetch" }>): Promise<HubAnswer> {
    await fetchAll(access, listing);
    return { fetched: true };
  },
};

async function list(access: HubAccess, request: HubRequest): Promise<HubListing> {
  const { commit, files: all } = await listRepository({ ...access, ...request });
  const files = pipelineFiles(all, request);
  const id = `hub-${[request.repo, commit.slice(0, 12), request.file ?? ""].join("-").replace(/[^\w.-]+/g, "-")}`;
  const sizes = await presentBytes(id, files);
  return {
    ...{ request, commit, id, files },
    name: listedName(
      request,
      files.map(({ path }) => path),
    ),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    present: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** The files of a pipeline, in half precision where the repository has that: a tab has little memory. */
function pipelineFiles(files: readonly HubFile[], { repo, file }: HubRequest): readonly HubFile[] {
  if (file === undefined) {
    try {
      return chooseFiles(files, repo, { variant: "fp16" });
    } catch (error) {
      if (!(error instanceof AquatintError)) throw error;
    }
  }
  return chooseFiles(files, repo, { file });
}

async function presentBytes(id: string, files: readonly HubFile[]): Promise<readonly number[]> {
  const folder = await modelFolder(id, { create: false }).catch(() => undefined);
  const sizeOf = async (i: number) => (await (await folder?.getFileHandle(String(i)))?.getFile())?.size ?? 0;
  return Promise.all(files.map((_, i) => sizeOf(i).catch(() => 0)));
}

async function fetchAll(access: HubAccess, { request, commit, id, files, bytes }: HubListing): Promise<void> {
  const { signal } = controller;
  if (!navigator.storage?.getDirectory) throw noStore();
  const present = (await presentBytes(id, files)).reduce((sum, size) => sum + size, 0);
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate();
  const room = { needed: bytes - present, free: quota - usage };
  if (room.needed > room.free) throw diskFull(room);
  const folder = await modelFolder(id, { create: true });
  let [before, last] = [0, 0];
  for (const [i, file] of files.entries()) {
    using sink = await openSink(folder, String(i));
    const url = fileAddress({ ...access, repo: request.repo }, commit, file.path);
    await fetchFile(file, sink, {
      ...{ url, token: access.token, signal },
      onBytes(done) {
        const now = performance.now();
        if (now - last < 100) return;
        last = now;
        post({ done: before + done, path: file.path });
      },
    });
    before += file.size;
    post({ done: before, path: file.path });
  }
}

import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import type { ModelManifest } from "./manifest.ts";
import { fetchManifest, type ModelProgress, storedModel } from "./model-files.ts";
import { memoryPieces } from "./pieces.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const PIECE = 10;
const content = Uint8Array.from({ length: 25 }, (_, i) => i);
const pieces = [0, 10, 20].map((start) => sha256(content.subarray(start, start + PIECE)));
const manifest: ModelManifest = {
  ...{ name: "m", pieceSize: PIECE },
  files: [{ path: "unet/model.safetensors", size: 25, sha256: sha256(content), pieces }],
};

/** A host; `answer` may take the place of a good answer to request number `i`. */
function host({ ranges = true, answer }: { ranges?: boolean; answer?: (i: number) => Response | undefined } = {}) {
  const requests: string[] = [];
  vi.stubGlobal("fetch", async (_: string, { headers }: { headers: { range: string } }) => {
    requests.push(headers.range);
    const other = answer?.(requests.length - 1);
    if (other) return other;
    const [, start, end] = /(\d+)-(\d+)/.exec(headers.range)!.map(Number);
    return ranges ? new Response(content.slice(start, end! + 1), { status: 206 }) : new Response(content);
  });
  return requests;
}
afterEach(() => vi.unstubAllGlobals());

const load = async (store = memoryPieces(), progress: ModelProgress[] = []) => {
  const files = await storedModel(manifest, { base: "http://host/", store, onProgress: (p) => progress.push(p) });
  return files.read("unet/model.safetensors");
};

test.each([true, false])("a model is fetched once in pieces and kept; ranges: %s", async (ranges) => {
  const store = memoryPieces();
  const requests = host({ ranges });
  const progress: ModelProgress[] = [];
  expect(await load(store, progress)).toEqual(content);
  expect(requests).toEqual(["bytes=0-9", "bytes=10-19", "bytes=20-24"]);
  expect(progress.at(-1)).toEqual({ loaded: 25, total: 25, fetched: true, damaged: 0, isKept: false });
  progress.length = 0;
  expect(await load(store, progress)).toEqual(content);
  expect(requests).toHaveLength(3);
  expect(progress.at(-1)).toEqual({ loaded: 25, total: 25, fetched: false, damaged: 0, isKept: false });
});

test("a download that was broken off goes on where it ended", async () => {
  const store = memoryPieces();
  host({ answer: (i) => (i === 1 ? Response.error() : undefined) });
  await expect(load(store)).rejects.toMatchObject({ code: "studio/missing" });
  const requests = host();
  expect(await load(store)).toEqual(content);
  expect(requests).toEqual(["bytes=10-19", "bytes=20-24"]);
});

test("a piece that is damaged in the store is fetched again, alone", async () => {
  const store = memoryPieces();
  host();
  await load(store);
  await store.put(pieces[1]!, new Blob([new Uint8Array(10)]));
  const requests = host();
  const progress: ModelProgress[] = [];
  expect(await load(store, progress)).toEqual(content);
  expect(requests).toEqual(["bytes=10-19"]);
  expect(progress.at(-1)).toMatchObject({ damaged: 1 });
});

test.each([
  ["other bytes", () => new Response(new Uint8Array(10), { status: 206 }), "studio/damaged"],
  ["too few bytes", () => new Response(content.slice(0, 4), { status: 206 }), "studio/damaged"],
  ["no such file", () => new Response("", { status: 404 }), "studio/missing"],
])("a host with %s is refused", async (_, answer, code) => {
  host({ answer });
  await expect(load()).rejects.toMatchObject({ code });
});

test("a browser that cannot store keeps the model for the visit", async () => {
  host();
  const full = {
    ...memoryPieces(),
    isLasting: true,
    put: () => Promise.reject(new DOMException("full", "QuotaExceededError")),
  };
  const progress: ModelProgress[] = [];
  expect(await load(full, progress)).toEqual(content);
  expect(progress.at(-1)).toMatchObject({ isKept: false });
});

test("without a network the manifest of the last visit is read, and a host with another is believed", async () => {
  const store = memoryPieces();
  const reachable = vi.fn(async () => new Response(JSON.stringify(manifest)));
  vi.stubGlobal("fetch", reachable);
  expect(await fetchManifest("http://host/", store)).toEqual(manifest);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  expect(await fetchManifest("http://host/", store)).toEqual(manifest);
  await expect(fetchManifest("http://other/", store)).rejects.toMatchObject({ code: "studio/offline" });
  vi.stubGlobal("fetch", async () => new Response("<p>page"));
  await expect(fetchManifest("http://host/", store)).rejects.toMatchObject({ code: "studio/manifest" });
});

import { AquatintError, blobFiles, type ModelFiles } from "aquatint";
import { withLock } from "../locks.ts";
import { type ManifestFile, type ModelManifest, modelBytes } from "./manifest.ts";
import { damagedFile, isIntact, type PieceStore } from "./pieces.ts";

/** Progress of the model's download, in bytes. */
export interface ModelProgress {
  readonly loaded: number;
  readonly total: number;
  /** True where bytes came from the host and not from the browser's store. */
  readonly fetched: boolean;
  /** Pieces of the browser's store that were damaged. */
  readonly damaged: number;
  /** Whether all that came is kept for the next visit. */
  readonly isKept: boolean;
}

/** Options of `storedModel`. */
export interface StoredModelOptions {
  /** Address of the model's folder. */
  readonly base: string;
  readonly store: PieceStore;
  readonly onProgress: (progress: ModelProgress) => void;
}

/**
 * The manifest of the model at an address, as the host has it now; without a network the one of the last visit.
 * @throws AquatintError "studio/…".
 */
export async function fetchManifest(base: string, store: PieceStore): Promise<ModelManifest> {
  const key = `manifest ${base}`;
  const address = `${base}manifest.json`;
  const text = await fetchPart(address).then(
    (response) => response.text(),
    async (error: AquatintError) => {
      const stored = error.code === "studio/offline" ? await store.get(key).catch(() => undefined) : undefined;
      if (stored) return stored.text();
      throw error;
    },
  );
  const manifest = parseManifest(text);
  await store.put(key, new Blob([text])).catch(() => {}); // the next visit then needs the network
  return manifest;
}

function parseManifest(text: string): ModelManifest {
  try {
    const manifest = JSON.parse(text);
    if (Array.isArray(manifest.files)) return manifest;
  } catch {
    // a host that answers everything with its page
  }
  throw new AquatintError("studio/manifest", "the host has no list of the model's files at model/manifest.json", {
    hint: "serve the folder that the build wrote, all of it",
  });
}

/**
 * The model's files: each piece from the store where it is there and intact, else from the host. A download that was
 * broken off goes on where it ended. @throws AquatintError "studio/…".
 */
export async function storedModel(manifest: ModelManifest, options: StoredModelOptions): Promise<ModelFiles> {
  const total = modelBytes(manifest);
  const state = { loaded: 0, fetched: false, damaged: 0, isKept: options.store.isLasting };
  const blobs = new Map<string, Blob>();
  const onPiece = () => options.onProgress({ ...state, total });
  for (const file of manifest.files) blobs.set(file.path, await fileOf(file, { ...options, manifest, state, onPiece }));
  return blobFiles(blobs, manifest.name);
}

interface FileContext extends StoredModelOptions {
  readonly manifest: ModelManifest;
  readonly state: { loaded: number; fetched: boolean; damaged: number; isKept: boolean };
  readonly onPiece: () => void;
}

async function fileOf(file: ManifestFile, context: FileContext): Promise<Blob> {
  const pieces: Blob[] = [];
  for (const [i, hash] of file.pieces.entries()) {
    const stored = await storedPiece(hash, context);
    // another tab may be fetching this very piece
    const piece =
      stored ??
      (await withLock(hash, async () => (await storedPiece(hash, context)) ?? fetchedPiece(file, i, context)));
    context.state.loaded += piece.size;
    context.state.fetched ||= !stored;
    context.onPiece();
    pieces.push(piece);
  }
  return new Blob(pieces);
}

/** A piece of the store; one that is damaged there is thrown away. */
async function storedPiece(hash: string, { store, state }: FileContext): Promise<Blob | undefined> {
  const piece = await store.get(hash).catch(() => undefined);
  if (!piece || (await isIntact(await piece.arrayBuffer(), hash))) return piece;
  state.damaged += 1;
  await store.remove(hash).catch(() => {});
  return undefined;
}

async function fetchedPiece(file: ManifestFile, i: number, context: FileContext): Promise<Blob> {
  const { base, manifest, store, state } = context;
  const hash = file.pieces[i] ?? "";
  const start = i * manifest.pieceSize;
  const end = Math.min(start + manifest.pieceSize, file.size);
  const response = await fetchPart(`${base}${file.path}`, { headers: { range: `bytes=${start}-${end - 1}` } });
  const body = await response.arrayBuffer().catch((cause) => {
    throw unreachable(file.path, cause);
  });
  // a host without ranges sends the whole file
  const bytes = response.status === 206 ? body : body.slice(start, end);
  if (!(await isIntact(bytes, hash)) || bytes.byteLength !== end - start) throw damagedFile(file.path);
  const piece = new Blob([bytes]);
  await store.put(hash, piece).catch(() => {
    state.isKept = false; // a full disk
  });
  return piece;
}

async function fetchPart(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause) => {
    throw unreachable(url, cause);
  });
  if (response.ok) return response;
  throw new AquatintError("studio/missing", `the host answered ${response.status} to ${url}`, {
    hint: "serve the folder that the build wrote, all of it",
  });
}

const unreachable = (url: string, cause: unknown) =>
  new AquatintError("studio/offline", `could not fetch ${url}`, {
    hint: "check the connection, and extensions that block files; what came so far is kept, and the download goes on from there",
    cause,
  });

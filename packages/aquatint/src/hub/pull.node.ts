import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError } from "../errors.ts";
import { type Environment, hubSettings, type RepositoryCache, repositoryCache } from "./cache.node.ts";
import { type ChooseOptions, chooseFiles, type HubFile } from "./choose.ts";
import { download, isWhole } from "./download.node.ts";
import { checkNames, fileAddress, listRepository } from "./listing.ts";

/** Options of pulling a model. */
export interface PullOptions extends ChooseOptions {
  /** "owner/name". */
  readonly repo: string;
  /** A branch, a tag or a commit; "main" when absent. */
  readonly revision?: string | undefined;
  readonly env?: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Seconds without a byte after which a connection is made anew; 30 when absent. */
  readonly stallSeconds?: number;
  /** Connections in a row that may bring nothing; 5 when absent. */
  readonly attempts?: number;
}

/** Events while a model is pulled. Bytes are counted over all files. */
export type PullEvent =
  | { readonly type: "start"; readonly commit: string; readonly files: number; readonly bytes: number }
  | { readonly type: "progress"; readonly path: string; readonly done: number; readonly bytes: number }
  | { readonly type: "file"; readonly path: string; readonly state: "there" | "fetched" }
  | { readonly type: "done"; readonly folder: string; readonly path: string };

const hubError = (kind: string, problem: string, hint?: string, cause?: unknown) =>
  new AquatintError(`hub/${kind}`, problem, { hint, cause });

/**
 * Brings the files of a model that a pipeline needs into the hub's local cache: goes on where it was interrupted, and
 * checks the size and the hash of every file. Offline (HF_HUB_OFFLINE=1) it finds what was pulled before.
 * The last event says where the model lies: a folder, or the file that was asked for.
 */
export async function* pull(options: PullOptions): AsyncGenerator<PullEvent, void, void> {
  const { repo, revision = "main", env = process.env, signal } = options;
  checkNames(repo, revision);
  const settings = await hubSettings(env);
  const cache = repositoryCache(settings.cache, repo);
  if (settings.offline) return yield* verified(cache, options, revision);
  const { commit, files } = await listRepository({ ...settings, repo, revision });
  signal?.throwIfAborted();
  const selection = chooseFiles(files, repo, options);
  const bytes = selection.reduce((sum, { size }) => sum + size, 0);
  yield { type: "start", commit, files: selection.length, bytes };
  let before = 0;
  for (const file of selection) {
    const path = cache.blob(file.hash.hex);
    const there = await isWhole(path, file.size);
    const url = fileAddress({ ...settings, repo }, commit, file.path);
    const { token } = settings;
    const { stallSeconds = 30, attempts = 5 } = options;
    for await (const done of there ? [] : download({ url, file, path, token, signal, stallSeconds, attempts })) {
      yield { type: "progress", path: file.path, done: before + done, bytes };
    }
    await cache.link(commit, file.path, file.hash.hex);
    before += file.size;
    yield { type: "file", path: file.path, state: there ? "there" : "fetched" };
  }
  // last: a revision that is remembered is whole
  await cache.remember(revision, commit);
  yield done(cache, commit, selection);
}

/** One file alone is named, where it is no part of a model's folder. */
function done(cache: RepositoryCache, commit: string, selection: readonly HubFile[]): PullEvent {
  const folder = cache.snapshot(commit);
  const [only] = selection;
  return { type: "done", folder, path: selection.length === 1 && only ? join(folder, only.path) : folder };
}

async function* verified(
  cache: RepositoryCache,
  { repo, file }: PullOptions,
  revision: string,
): AsyncGenerator<PullEvent, void, void> {
  const commit = await cache.commitOf(revision);
  const folder = commit === undefined ? undefined : cache.snapshot(commit);
  const path = folder !== undefined && file !== undefined ? join(folder, file) : folder;
  const there = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (folder === undefined || path === undefined || !there) {
    throw hubError(
      "offline",
      `${repo} (${revision}) was not pulled to this machine, and HF_HUB_OFFLINE keeps it from being fetched`,
      "unset HF_HUB_OFFLINE and pull it once",
    );
  }
  yield { type: "done", folder, path };
}

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError, messageOf } from "../errors.ts";
import {
  type Environment,
  type HubSettings,
  hubSettings,
  isCommit,
  type RepositoryCache,
  repositoryCache,
} from "./cache.node.ts";
import { type ChooseOptions, chooseFiles, type HubFile } from "./choose.ts";
import { denied, download, isWhole } from "./download.node.ts";

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
  const { commit, files } = await listed(settings, repo, revision);
  signal?.throwIfAborted();
  const selection = chooseFiles(files, repo, options);
  const bytes = selection.reduce((sum, { size }) => sum + size, 0);
  yield { type: "start", commit, files: selection.length, bytes };
  let before = 0;
  for (const file of selection) {
    const path = cache.blob(file.hash.hex);
    const there = await isWhole(path, file.size);
    const url = `${settings.endpoint}/${repo}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
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

function checkNames(repo: string, revision: string): void {
  const name = /^[\w][\w.-]{0,95}(\/[\w][\w.-]{0,95})?$/;
  if (!name.test(repo) || repo.includes("..")) {
    throw hubError(
      "repo",
      `"${repo}" is not the name of a repository`,
      'write "owner/name", as in the address of its page',
    );
  }
  if (!/^[\w][\w./-]{0,200}$/.test(revision) || revision.includes("..")) {
    throw hubError("revision", `"${revision}" is not a branch, tag or commit`, "for example --revision main");
  }
}

/** The commit behind a revision, and its files; every claim of the server is checked. */
async function listed({ endpoint, token }: HubSettings, repo: string, revision: string) {
  const { listFiles, modelInfo } = await import("@huggingface/hub");
  const access = { hubUrl: endpoint, ...(token && { accessToken: token }) };
  try {
    const { sha: commit } = await modelInfo({ name: repo, revision, additionalFields: ["sha"], ...access });
    if (!isCommit(commit)) throw hubError("answer", `the hub calls the commit of ${repo} "${commit}"`);
    const files: HubFile[] = [];
    for await (const { type, path, size, oid, lfs } of listFiles({
      repo,
      recursive: true,
      revision: commit,
      ...access,
    })) {
      if (type === "file") files.push(checked(repo, { path, size: lfs?.size ?? size, oid: oid ?? "", lfs: lfs?.oid }));
    }
    return { commit, files };
  } catch (cause) {
    throw refusal(cause, { repo, revision, endpoint });
  }
}

interface Listed {
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly lfs: string | undefined;
}

function checked(repo: string, { path, size, oid, lfs }: Listed): HubFile {
  const parts = path.split("/");
  const safe = parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\p{Cc}]/u.test(part));
  const hash = lfs === undefined ? ({ kind: "git-sha1", hex: oid } as const) : ({ kind: "sha256", hex: lfs } as const);
  const digits = hash.kind === "sha256" ? 64 : 40;
  if (safe && Number.isSafeInteger(size) && size >= 0 && new RegExp(`^[0-9a-f]{${digits}}$`).test(hash.hex))
    return { path, size, hash };
  throw hubError(
    "answer",
    `the hub lists a file of ${repo} that cannot be: ${JSON.stringify(path).slice(0, 200)}, ${size} bytes`,
    "nothing was fetched; tell the owner of the repository",
  );
}

function refusal(
  cause: unknown,
  { repo, revision, endpoint }: { readonly repo: string; readonly revision: string; readonly endpoint: string },
): AquatintError {
  if (cause instanceof AquatintError) return cause;
  const status = cause instanceof Error && "statusCode" in cause ? cause.statusCode : undefined;
  if (status === 401 || status === 403) return denied(`${repo} (${revision})`);
  if (status === 404)
    return hubError(
      "missing",
      `there is no ${repo} (${revision}) at ${endpoint}`,
      "check the name and the revision",
      cause,
    );
  return hubError(
    "network",
    `${endpoint} did not answer about ${repo}: ${messageOf(cause)}`,
    "check the connection; with HF_HUB_OFFLINE=1 what was pulled before is used as it is",
    cause,
  );
}

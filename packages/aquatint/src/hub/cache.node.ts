import { randomBytes } from "node:crypto";
import { readFile, readlink, rename, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileError, writeFileAtomic } from "../formats/files.node.ts";
import { makeFolder } from "../formats/folders.node.ts";
import { isCommit } from "./listing.ts";

/** Environment variables, in the hub's own names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Address and token of the hub. */
export interface HubSettings {
  readonly endpoint: string;
  readonly cache: string;
  readonly token: string | undefined;
  readonly offline: boolean;
}

const isOn = (text = ""): boolean => /^(1|on|yes|true)$/i.test(text);

/** The settings of HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_TOKEN_PATH and HF_HUB_OFFLINE, as huggingface_hub reads them. */
export async function hubSettings(env: Environment): Promise<HubSettings> {
  const home = env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "huggingface");
  const saved = await readFile(env["HF_TOKEN_PATH"] || join(home, "token"), "utf8").catch(() => "");
  return {
    endpoint: (env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, ""),
    cache: env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"] || join(home, "hub"),
    token: env["HF_TOKEN"]?.trim() || saved.trim() || undefined,
    offline: isOn(env["HF_HUB_OFFLINE"]),
  };
}

/** The folders of one repository in the cache: blobs by their hashes, and a snapshot of links a commit. */
export interface RepositoryCache {
  readonly blob: (hash: string) => string;
  readonly snapshot: (commit: string) => string;
  /** The commit that a branch, a tag or a commit stood for when it was last pulled. */
  readonly commitOf: (revision: string) => Promise<string | undefined>;
  readonly remember: (revision: string, commit: string) => Promise<void>;
  /** Makes the snapshot's path a link to a blob; an existing one is replaced. */
  readonly link: (commit: string, path: string, hash: string) => Promise<void>;
}

/** The cache of a repository, laid out as huggingface_hub does, so that both use the same files. */
export function repositoryCache(cache: string, repo: string): RepositoryCache {
  const root = join(cache, `models--${repo.replaceAll("/", "--")}`);
  const blob = (hash: string) => join(root, "blobs", hash);
  const snapshot = (commit: string) => join(root, "snapshots", commit);
  return {
    blob,
    snapshot,
    async commitOf(revision) {
      if (isCommit(revision)) return revision;
      const text = await readFile(join(root, "refs", revision), "utf8").catch(() => "");
      return isCommit(text.trim()) ? text.trim() : undefined;
    },
    async remember(revision, commit) {
      if (isCommit(revision)) return;
      const path = join(root, "refs", revision);
      await makeFolder(dirname(path));
      await writeFileAtomic(path, commit);
    },
    async link(commit, path, hash) {
      const at = join(snapshot(commit), path);
      const target = relative(dirname(at), blob(hash));
      try {
        await makeFolder(dirname(at));
        if ((await readlink(at).catch(() => undefined)) === target) return;
        const temporary = `${at}.${randomBytes(6).toString("hex")}.tmp`;
        await symlink(target, temporary);
        await rename(temporary, at); // at once, whoever else pulls the same
      } catch (cause) {
        throw fileError("write", at, cause);
      }
    },
  };
}

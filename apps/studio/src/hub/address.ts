import { AquatintError } from "aquatint";
import { tellingName } from "../model-files/file-set.ts";

/** What of the hub is wanted: a repository, or one file of it. */
export interface HubRequest {
  /** "owner/name". */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  readonly file?: string | undefined;
}

const NAME = /^([\w][\w.-]*\/[\w][\w.-]*)(?:\/(.+))?$/;

/**
 * "owner/name", "owner/name/file.safetensors", or the address of either on the hub.
 * @throws AquatintError "hub/repo".
 */
export function parseAddress(text: string): HubRequest {
  const path = text
    .trim()
    .replace(/^https?:\/\/[^/]+\//, "")
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "");
  const [, repo, rest] = NAME.exec(path) ?? [];
  if (!repo) {
    throw new AquatintError("hub/repo", `"${text.trim().slice(0, 100)}" is not the name of a repository`, {
      hint: 'write "owner/name", as in the address of its page, or "owner/name/file.safetensors"',
    });
  }
  const [, revision, file] = /^(?:blob|resolve|tree)\/([^/]+)(?:\/(.+))?$/.exec(rest ?? "") ?? [];
  const inside = revision === undefined ? rest : file;
  return { repo, revision: decodeURIComponent(revision ?? "main"), file: inside && decodeURIComponent(inside) };
}

/** The name by which the page lists what came of a request: the repository's, or that of a file that tells. */
export function listedName({ repo }: HubRequest, paths: readonly string[]): string {
  const name = repo.split("/").at(-1) ?? repo;
  const file = paths.length === 1 ? (paths[0]?.split("/").at(-1) ?? "") : undefined;
  if (file === undefined) return name;
  return tellingName(file, name);
}

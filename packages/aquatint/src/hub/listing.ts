import { AquatintError, messageOf } from "../errors.ts";
import type { HubFile } from "./choose.ts";

const hubError = (kind: string, problem: string, hint?: string, cause?: unknown) =>
  new AquatintError(`hub/${kind}`, problem, { hint, cause });

/** A full commit id. */
export const isCommit = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/** A refusal for want of rights. */
export const denied = (what: string): AquatintError =>
  hubError(
    "denied",
    `the hub does not give out ${what} without a right to it`,
    "accept the model's license on its page, and set HF_TOKEN to a token of your account",
  );

/** The address of a file's content. */
export const fileAddress = (
  { endpoint, repo }: Pick<RepositoryAddress, "endpoint" | "repo">,
  commit: string,
  path: string,
): string => `${endpoint}/${repo}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;

/** Checks the names of a repository and of a revision. @throws AquatintError "hub/repo" or "hub/revision". */
export function checkNames(repo: string, revision: string): void {
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

/** A repository at a revision. */
export interface RepositoryAddress {
  /** Address of the hub, without a slash at its end. */
  readonly endpoint: string;
  readonly token?: string | undefined;
  /** "owner/name". */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** Files of a repository. */
export interface Repository {
  /** The commit that the revision stands for now. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** The hub's library takes tokens of this form alone. */
function checkToken(token: string | undefined): void {
  if (token === undefined || token.startsWith("hf_")) return;
  throw hubError(
    "token",
    'the token is none of the hub: its tokens start with "hf_"',
    "copy it from the settings of your account",
  );
}

/**
 * The commit behind a revision, and its files; every claim of the server is checked. For Node and browsers.
 * @throws AquatintError "hub/repo", "hub/revision", "hub/token", "hub/denied", "hub/missing", "hub/network" or "hub/answer".
 */
export async function listRepository({ endpoint, token, repo, revision }: RepositoryAddress): Promise<Repository> {
  checkNames(repo, revision);
  checkToken(token);
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

function refusal(cause: unknown, { repo, revision, endpoint }: RepositoryAddress): AquatintError {
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

import { AquatintError, messageOf } from "../../errors.ts";

/** A model folder, wherever it is: on a disk, behind a URL, in memory. */
export interface ModelSource {
  /** For messages: the folder's path or address. */
  readonly name: string;
  /** A file's bytes by its path in the folder. @throws AquatintError "file/missing" where there is none. */
  read(path: string): Promise<Uint8Array>;
}

/** A folder whose files are in memory, by their paths in it. */
export const memorySource = (files: ReadonlyMap<string, Uint8Array | string>, name = "memory"): ModelSource => ({
  name,
  async read(path) {
    const file = files.get(path);
    if (file === undefined) {
      throw new AquatintError("file/missing", `there is no ${path} in ${name}`, {
        hint: `it holds ${[...files.keys()].join(", ")}`,
      });
    }
    return typeof file === "string" ? new TextEncoder().encode(file) : file;
  },
});

/**
 * A model folder behind a URL, read with `fetch`; in a page the address may be relative to it. A file's name cannot
 * leave the folder: "file/outside".
 */
export function urlSource(address: string | URL): ModelSource {
  const folder = new URL(String(address).replace(/\/*$/, "/"), globalThis.location?.href);
  return {
    name: folder.href.slice(0, -1),
    async read(path) {
      const url = new URL(path, folder);
      if (!url.href.startsWith(folder.href)) throw new AquatintError("file/outside", `"${path}" leaves ${folder.href}`);
      return readUrl(url.href);
    },
  };
}

async function readUrl(url: string): Promise<Uint8Array> {
  const failed = (found: string, hint: string, cause?: unknown) =>
    new AquatintError("file/failed", `cannot read ${url}: ${found}`, { hint, cause });
  const response = await fetch(url).catch((cause: unknown) => {
    throw failed(
      messageOf(cause),
      "see that the server runs, and that it allows other sites (CORS) if it is one",
      cause,
    );
  });
  // servers of single-page applications answer with their page where there is no file
  const page = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (response.status === 404 || (response.ok && page)) {
    throw new AquatintError("file/missing", `there is no ${url}`, {
      hint: "serve the whole folder of the model there",
    });
  }
  if (!response.ok) throw failed(`the server answered ${response.status}`, "see the server's log");
  const bytes = await response.arrayBuffer().catch((cause: unknown) => {
    throw failed(`the connection ended early: ${messageOf(cause)}`, "try again", cause);
  });
  return new Uint8Array(bytes);
}

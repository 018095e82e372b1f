import { AquatintError } from "aquatint";
import { isFull } from "./fetch-file.ts";

/** What to do on the page, by the code of an error of the hub. */
const hints: Readonly<Record<string, string>> = {
  "hub/denied":
    "check the name; for a model that is private or behind a license, accept the license on its page and put a token of your account below",
  "hub/missing": "check the name of the repository, of the file and of the branch",
  "hub/network": "check the connection, then press the button again: what came so far is kept",
  "checkpoint/pickle": "this page reads safetensors alone; choose a repository that has them",
};

/** An error as the page says it. */
export function hubError(error: unknown): unknown {
  if (isFull(error)) return diskFull(undefined);
  if (error instanceof DOMException && error.name === "NoModificationAllowedError") {
    return new AquatintError("hub/busy", "another tab of this page is fetching this model", {
      hint: "wait for it, or close that tab",
    });
  }
  if (!(error instanceof AquatintError)) return error;
  const files =
    error.code === "hub/files" ? error.hint?.replace("name one with --file", "write one behind the name") : undefined;
  return new AquatintError(error.code, error.message, { hint: hints[error.code] ?? files ?? error.hint, cause: error });
}

/** The browser has no store for files. */
export const noStore = (): AquatintError =>
  new AquatintError("studio/no-store", "this browser keeps no files for the page, so that nothing can be fetched", {
    hint: "leave the private window, or open the page over HTTPS; a file of your own works all the same",
  });

/** The browser's store has no room. */
export const diskFull = (room: { readonly needed: number; readonly free: number } | undefined): AquatintError => {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const detail = room ? `: ${gigabytes(room.needed)} are to come, and it may keep ${gigabytes(room.free)} more` : "";
  return new AquatintError("studio/disk-full", `the browser's store has no room for this model${detail}`, {
    hint: "remove other files, or free space on the disk",
  });
};

import { sayError } from "../engine/engine-store.ts";
import { say } from "../ui/toasts.tsx";
import { changeSource } from "./source-store.ts";

/** Makes the next image start from a file's. */
export async function startFrom(file: Blob, name: string, { quiet = false } = {}): Promise<void> {
  try {
    const { readImage } = await import("aquatint/web");
    changeSource(await readImage(file), name);
    if (!quiet) say("The next image starts from this one. Strength says how far it may go.");
  } catch (error) {
    sayError(error);
  }
}

import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AquatintError } from "../errors.ts";
import { resolveFrom } from "./require-from.node.ts";

/** The script of a worker thread. */
export interface WorkerScript {
  /** Its folder in the sources: "runtime". */
  readonly folder: string;
  /** `import.meta.url` of the module that starts it. */
  readonly from: string;
}

/**
 * The URL of a worker's script: beside the module that starts it, or in the installed aquatint where that module is part of
 * a bundle. @throws AquatintError "runtime/worker-script"
 */
export function workerScript({ folder, from }: WorkerScript): URL {
  if (from.endsWith(".ts")) return new URL("./worker-source.node.mjs", from);
  const sibling = new URL("./worker.node.js", from);
  if (existsSync(fileURLToPath(sibling))) return sibling;
  try {
    return pathToFileURL(resolveFrom(from, `aquatint/${folder}/worker.node`));
  } catch (cause) {
    const absence = `neither ${fileURLToPath(sibling)} nor an installed aquatint has it`;
    throw new AquatintError("runtime/worker-script", `the script of a worker thread is missing: ${absence}`, {
      hint: "keep aquatint out of the bundle: name it as external, and install it where the bundle runs",
      cause,
    });
  }
}

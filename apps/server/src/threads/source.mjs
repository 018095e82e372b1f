// Starts a thread from its TypeScript source; the built package starts the script itself.
import { fileURLToPath } from "node:url";
import { workerData } from "node:worker_threads";
import { tsImport } from "tsx/esm/api";

/** Its paths lead to the sources of the project's other packages, wherever the program was started. */
const tsconfig = fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url));

await tsImport(workerData.script, { parentURL: import.meta.url, tsconfig });

// Starts a thread from its TypeScript source, or from the bundle that a run of the tests made of it (test/bundles.ts); the built
// package starts the script itself.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { workerData } from "node:worker_threads";

const run = process.env.AQUATINT_TEST_FOLDER;
/** Its name has the folder, since several threads have a "thread.ts". */
const name = workerData.script.split("/").slice(-2).join("-").replace(/\.ts$/, ".js");
const bundle = run && join(run, "server", name);
if (bundle && existsSync(bundle)) await import(pathToFileURL(bundle).href);
else {
  const { tsImport } = await import("tsx/esm/api");
  /** Its paths lead to the sources of the project's other packages, wherever the program was started. */
  const tsconfig = fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url));
  await tsImport(workerData.script, { parentURL: import.meta.url, tsconfig });
}

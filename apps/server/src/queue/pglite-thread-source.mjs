// Starts the thread from its TypeScript source, or from the bundle that a run of the tests made of it (test/bundles.ts); the
// built package starts pglite-thread.js itself.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const run = process.env.AQUATINT_TEST_FOLDER;
const bundle = run && join(run, "server", "pglite-thread.js");
if (bundle && existsSync(bundle)) await import(pathToFileURL(bundle).href);
else {
  const { tsImport } = await import("tsx/esm/api");
  /** Its paths lead to the sources of the project's other packages, wherever the program was started. */
  const tsconfig = fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url));
  await tsImport("./pglite-thread.ts", { parentURL: import.meta.url, tsconfig });
}

// Starts the worker from its TypeScript source; the built package starts worker.node.js itself. Test runs bundle the source
// once (test/worker-bundle.ts), which starts in a quarter of the CPU time.
import { pathToFileURL } from "node:url";

const bundle = process.env.AQUATINT_TEST_WORKER;
if (bundle) await import(pathToFileURL(bundle).href);
else {
  const { tsImport } = await import("tsx/esm/api");
  await tsImport("./worker.node.ts", import.meta.url);
}

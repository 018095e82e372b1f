// Starts the worker from its TypeScript source; the built package starts worker.node.js itself.
import { tsImport } from "tsx/esm/api";

await tsImport("./worker.node.ts", import.meta.url);

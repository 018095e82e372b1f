// Starts the worker from its TypeScript source; the built package starts node-worker.js itself.
import { tsImport } from "tsx/esm/api";

await tsImport("./node-worker.ts", import.meta.url);

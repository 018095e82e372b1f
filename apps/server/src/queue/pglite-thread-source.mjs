// Starts the thread from its TypeScript source; the built package starts pglite-thread.js itself.
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";

/** Its paths lead to the sources of the project's other packages, wherever the program was started. */
const tsconfig = fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url));

await tsImport("./pglite-thread.ts", { parentURL: import.meta.url, tsconfig });

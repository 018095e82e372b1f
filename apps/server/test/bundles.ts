import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { workerUrls } from "../../../scripts/build-config.ts";
import { moveTo } from "./database.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** What tests start by its path; `start.mjs` and the starter of threads know the bundles by these names. */
const scripts = {
  child: at("../src/worker/child.ts"),
  "queue-pglite-thread": at("../src/queue/pglite-thread.ts"),
  "checks-thread": at("../src/jobs/checks/thread.ts"),
  "worker.node": at("../../../packages/aquatint/src/runtime/worker.node.ts"),
  "serve-process": at("./serve-process.ts"),
  "mcp-process": at("./mcp-process.ts"),
};

/** Scripts that the bundles start by a path beside their source are beside the bundles, under their names here. */
const scriptUrls = {
  name: "script-urls",
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: "import.meta.url" },
    handler: (code: string, id: string) =>
      code.replaceAll(/new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/g, (url, target: string) => {
        const path = join(dirname(id), target);
        const script = Object.entries(scripts).find(([, file]) => file === path);
        return script ? `new URL("./${script[0]}.js", import.meta.url)` : url;
      }),
  },
};

/** The version is read from the file beside its source. */
const version = {
  name: "version",
  transform: {
    filter: { id: /\/cli\/version\.ts$/ },
    handler: (code: string, id: string) => code.replace("import.meta.url", JSON.stringify(pathToFileURL(id).href)),
  },
};

/**
 * Bundles the scripts of the server once for all tests of a run: from its sources each start takes a second of CPU time
 * more. Where Vitest watches, they start from the sources, which may change.
 */
export async function bundleScripts(): Promise<void> {
  const run = process.env["AQUATINT_TEST_FOLDER"];
  if (run === undefined || existsSync(join(run, "server"))) return;
  const { build } = await import("vite");
  const folder = await mkdtemp(join(run, "server-"));
  await build({
    configFile: false,
    logLevel: "warn",
    plugins: [scriptUrls, workerUrls, version],
    resolve: { tsconfigPaths: true },
    root: at("../../.."),
    ssr: { noExternal: [/^aquatint/, /^@aquatint\//] },
    build: {
      ssr: true,
      target: "node20",
      outDir: folder,
      minify: false,
      rollupOptions: {
        input: scripts,
        output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", format: "es" },
      },
    },
  });
  await moveTo(join(run, "server"), folder);
}

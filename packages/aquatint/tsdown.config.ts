import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "tsdown";

/** Files that are started by name and not imported, so that nothing in `exports` leads to them. */
const started = ["src/cli/main.ts", "src/runtime/worker*.{node,web}.ts", "src/data/node-worker.ts"];

/** A public subpath is one line of package.json: "./nn": "./dist/nn/index.js" is built from src/nn/index.ts. */
const { exports } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const published = Object.values<string>(exports)
  .filter((file) => file.startsWith("./dist/"))
  .map((file) => file.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
const missing = published.filter((file) => !existsSync(new URL(file, import.meta.url)));
if (missing.length > 0) throw new Error(`package.json exports what has no source: ${missing.join(", ")}`);

/** Bundlers know a worker by `new URL("./x.ts", import.meta.url)`; what is built is "./x.js". */
const workerUrls = {
  name: "worker-urls",
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: "import.meta.url" },
    handler: (code: string) => code.replaceAll(/(new URL\("\.[^"]+)\.ts(", import\.meta\.url\))/g, "$1.js$2"),
  },
};

export default defineConfig({
  entry: [...published, ...started, "!src/**/*.test.ts"],
  unbundle: true,
  format: "esm",
  platform: "neutral", // what runs everywhere must import nothing of Node, not even through the bundler
  target: "es2023",
  fixedExtension: false,
  dts: true,
  deps: { skipNodeModulesBundle: true, neverBundle: [/^node:/] },
  plugins: [workerUrls],
  checks: { pluginTimings: false },
  logLevel: "warn",
});

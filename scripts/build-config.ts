import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsdown";

/** Bundlers know a worker by `new URL("./x.ts", import.meta.url)`; what is built is "./x.js". */
export const workerUrls = {
  name: "worker-urls",
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: "import.meta.url" },
    handler: (code: string) => code.replaceAll(/(new URL\("\.[^"]+)\.ts(", import\.meta\.url\))/g, "$1.js$2"),
  },
};

/**
 * The build of the package at `folder`. Its entries are what its package.json exports, "./nn": "./dist/nn/index.js" is built
 * from src/nn/index.ts, and `started`: files that are started by name and not imported, so that nothing in `exports` leads
 * to them.
 */
export function packageBuild(folder: URL, { started = [] }: { readonly started?: readonly string[] } = {}) {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const published = Object.values<string>(exports)
    .filter((file) => file.startsWith("./dist/"))
    .map((file) => file.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
  const missing = published.filter((file) => !existsSync(new URL(file, folder)));
  if (missing.length > 0) throw new Error(`package.json exports what has no source: ${missing.join(", ")}`);
  return defineConfig({
    cwd: fileURLToPath(folder),
    entry: [...published, ...started, "!src/**/*.test.ts"],
    unbundle: true,
    format: "esm",
    platform: "neutral", // what runs everywhere must import nothing of Node, not even through the bundler
    target: "es2023",
    fixedExtension: false,
    dts: true,
    // the project's other packages have paths in tsconfig.json, so that the bundler would take their sources in
    deps: { skipNodeModulesBundle: true, neverBundle: [/^node:/, /^@aquatint\//, /^aquatint(\/|$)/] },
    plugins: [workerUrls],
    checks: { pluginTimings: false },
    logLevel: "warn",
  });
}

/** The scripts that build with each bundler: what docs/compatibility.md tells users to write. */
export type BundlerName = "esbuild" | "rollup" | "webpack" | "vite";

interface BundlerConfig {
  /** Builds generate.mjs for Node into out/generate.mjs. */
  server(external: readonly string[]): string;
  /** Builds page.js for the browser into out/, with the worker and ONNX Runtime's wasm. */
  readonly browser: string;
}

const pattern = (external: readonly string[]) => `/^(node:|(${external.join("|")})($|\\/))/`;

/** ONNX Runtime's files for the browser, which esbuild and rollup do not copy. */
const copyWasm = `
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
const library = createRequire(import.meta.url).resolve("aquatint/package.json");
const web = dirname(createRequire(library).resolve("onnxruntime-web/wasm"));
for (const file of ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"]) cpSync(join(web, file), join("out", file));
`;

const rollupPlugins = `
import resolve from "@rollup/plugin-node-resolve";
import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
`;

export const bundlerConfigs: Readonly<Record<BundlerName, BundlerConfig>> = {
  esbuild: {
    server: (external) => `
import { build } from "esbuild";
const banner = { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' };
await build({
  entryPoints: ["generate.mjs"], bundle: true, platform: "node", format: "esm", target: "node20", banner,
  outfile: "out/generate.mjs", external: ${JSON.stringify(external)},
});
`,
    browser: `${copyWasm}
import { build } from "esbuild";
await build({
  entryPoints: { page: "page.js", "worker.web": "aquatint/runtime/worker.web" },
  bundle: true, format: "esm", outdir: "out", target: "es2023",
});
`,
  },
  rollup: {
    server: (external) => `${rollupPlugins}
import { rollup } from "rollup";
const plugins = [resolve({ preferBuiltins: true }), commonjs(), json()];
const bundle = await rollup({ input: "generate.mjs", external: ${pattern(external)}, plugins, onwarn() {} });
await bundle.write({ dir: "out", format: "es", entryFileNames: "[name].mjs" });
`,
    browser: `${copyWasm}${rollupPlugins}
import { rollup } from "rollup";
const input = { page: "page.js", "worker.web": "aquatint/runtime/worker.web" };
const plugins = [resolve({ browser: true }), commonjs(), json()];
const bundle = await rollup({ input, plugins, onwarn() {} });
await bundle.write({ dir: "out", format: "es" });
`,
  },
  webpack: {
    server: (external) =>
      webpackBuild(`{
  mode: "production", target: "node20", entry: "./generate.mjs", experiments: { outputModule: true },
  output: { path: join(process.cwd(), "out"), filename: "generate.mjs", module: true, chunkFormat: "module" },
  externalsType: "import", externals: [${pattern(external)}],
}`),
    browser: webpackBuild(`{
  mode: "production", target: "web", entry: "./page.js", experiments: { outputModule: true },
  output: { path: join(process.cwd(), "out"), filename: "page.js", module: true },
}`),
  },
  vite: {
    server: (external) => `
import { build } from "vite";
await build({
  configFile: false, logLevel: "warn",
  ssr: { noExternal: true, external: ${JSON.stringify(external)} },
  build: {
    ssr: "generate.mjs", outDir: "out", target: "node20",
    rollupOptions: { external: ${pattern(external)}, output: { entryFileNames: "[name].mjs" } },
  },
});
`,
    browser: `
import { build } from "vite";
await build({
  configFile: false, logLevel: "warn", worker: { format: "es" },
  build: {
    outDir: "out", target: "es2023", copyPublicDir: false,
    rollupOptions: { input: "page.js", output: { entryFileNames: "page.js" } },
  },
});
`,
  },
};

function webpackBuild(config: string): string {
  return `
import { join } from "node:path";
import webpack from "webpack";
webpack(${config}, (error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString({ all: false, errors: true }));
    process.exit(1);
  }
});
`;
}

import { join } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import type { Plugin } from "vite";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { findChromium } from "./scripts/browser.ts";
import { quickTests } from "./test/quick.ts";
import { quick } from "./vitest.quick.config.ts";

const inBrowser = ["packages/*/src/**/*.browser.test.ts", "packages/*/test/**/*.browser.test.ts"];

const ofApps = ["apps/*/{src,test}/**/*.test.ts"];

const fromNode = {
  globalSetup: "test/worker-bundle.ts",
  pool: "forks",
  testTimeout: 180_000,
  hookTimeout: 180_000,
} as const;

const node: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "node",
    include: ["packages/*/{src,test}/**/*.test.ts", "{test,scripts,examples,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**", ...inBrowser, ...quickTests()],
    ...fromNode,
  },
};

/** Limits that only a test that hangs reaches: other programs may leave it a tenth of a processor. */
const patient = { testTimeout: 900_000, hookTimeout: 900_000, expect: { poll: { timeout: 300_000 } } } as const;

/** `npm run test:apps`: the server with its databases and clients, and the studio in Chromium, which take as long as all others. */
const apps: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "apps",
    include: ofApps,
    exclude: ["**/node_modules/**", ...quickTests()],
    ...fromNode,
    ...patient,
    // a machine that others use stalls a browser for minutes: in CI a test of one has failed when it fails twice
    retry: process.env["CI"] ? 1 : 0,
  },
};

/** Without these headers onnxruntime-web silently runs on one thread. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const browser = (executablePath: string): TestProjectConfiguration => ({
  extends: true,
  server: { headers: isolation },
  // found while tests run, they would make Vite reload the page under them
  optimizeDeps: {
    exclude: ["onnxruntime-web"],
    include: ["zod", "@bufbuild/protobuf", "@bufbuild/protobuf/codegenv2", "fast-png"],
  },
  test: {
    name: "browser",
    include: inBrowser,
    testTimeout: 900_000,
    hookTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath,
          // WebGPU in software, so that it is there on a machine without a graphics card.
          args: ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-webgpu-adapter=swiftshader"],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});

const chromium = findChromium();
if (chromium === undefined)
  console.warn("The browser tests were not run: no Chromium was found. Install one, or name it in CHROMIUM_PATH.\n");

/** A folder with newer versions of clients of the server, which need a newer Node than the lock file's. */
const clientFolder = process.env["AQUATINT_TEST_CLIENTS"];
const newerClients: Plugin = {
  name: "newer-clients",
  enforce: "pre",
  resolveId(source) {
    if (clientFolder === undefined || !/^(openai|ai|@ai-sdk\/openai-compatible)$/.test(source)) return undefined;
    return this.resolve(source, join(clientFolder, "package.json"), { skipSelf: true });
  },
};

export default defineConfig({
  plugins: [newerClients],
  resolve: { tsconfigPaths: true },
  test: {
    // Vitest's own choice leaves one core out, which is half of a machine of two
    maxWorkers: "100%",
    slowTestThreshold: 10_000,
    projects: [node, apps, quick, ...(chromium === undefined ? [] : [browser(chromium)])],
  },
});

import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { quickTests } from "./test/quick.ts";

/** Tests that share their modules, which take longer to load than such a test takes. */
export const quick: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "quick",
    include: [...quickTests()],
    setupFiles: ["test/quick-setup.ts"],
    pool: "threads",
    isolate: false,
    testTimeout: 60_000,
  },
};

/** `npm run test:quick`: the tests that open no session of ONNX Runtime and start no process or thread. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: { maxWorkers: "100%", projects: [quick] },
});

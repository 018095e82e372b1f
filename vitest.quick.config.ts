import { defineConfig } from "vitest/config";
import { quickTests } from "./test/quick.ts";

/** `npm run test:quick`: the tests that open no session of ONNX Runtime and start no process or thread. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: [...quickTests()],
    setupFiles: ["test/quick-setup.ts"],
    pool: "threads",
    isolate: false,
    testTimeout: 60_000,
  },
});

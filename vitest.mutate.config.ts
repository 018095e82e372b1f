import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { mutantFile } from "./scripts/mutation/mutant-file.ts";

const { file, source } = mutantFile();

/** Gives the tests one file with a change in it; the file itself stays as it is. */
const mutant: Plugin = {
  name: "mutant",
  enforce: "pre",
  load: (id) => (id.split("?")[0] === file ? source : undefined),
};

/** `npm run mutate`: the tests of one mutant, in one process. */
export default defineConfig({
  plugins: [mutant],
  resolve: { tsconfigPaths: true },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.browser.test.ts"],
    pool: "forks",
    maxWorkers: 1,
    bail: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

#!/usr/bin/env node
import { existsSync } from "node:fs";

const source = new URL("../src/index.ts", import.meta.url);
const built = new URL("../dist/cli/main.js", import.meta.url);

/** In a clone the build follows the sources; the published package has no sources. */
const build = async () => {
  const { ensureBuild } = await import(new URL("../../../scripts/ensure-build.mjs", import.meta.url).href);
  return ensureBuild();
};

process.exitCode = existsSync(source) ? await build() : 0;
if (process.exitCode === 0 && existsSync(built)) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error(
    "aquatint cannot start without its build, dist/cli/main.js.\nIn a clone of the repository: npm ci && npm run build",
  );
  process.exitCode = 1;
}

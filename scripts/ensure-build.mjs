import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const library = join(root, "packages/aquatint");
const tsdown = join(root, "node_modules/tsdown/dist/run.mjs");

/** Builds packages/aquatint unless its dist is newer than its sources; 0 when dist can be used. */
export function ensureBuild() {
  if (isCurrent()) return 0;
  if (!existsSync(tsdown)) {
    console.error("aquatint cannot be built: tsdown is not installed.\nRun: npm ci");
    return 1;
  }
  console.error("Building aquatint (only when its sources have changed) ...");
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsdown], { cwd: library, encoding: "utf8" });
  if (status !== 0) console.error(`${stdout}${stderr}\naquatint could not be built; what the build printed is above.`);
  return status ?? 1;
}

function isCurrent() {
  const built = join(library, "dist/cli/main.js");
  if (!existsSync(built)) return false;
  const configuration = ["package.json", "tsdown.config.ts"].map((file) => join(library, file));
  const changed = [...configuration, ...filesUnder(join(library, "src"))].map((file) => statSync(file).mtimeMs);
  return statSync(built).mtimeMs >= Math.max(...changed);
}

const filesUnder = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name));

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = ensureBuild();

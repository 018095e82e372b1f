import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const tsdown = join(root, "node_modules/tsdown/dist/run.mjs");

/** Folders of the packages that are built. */
export const builtPackages = ["packages", "apps"]
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .filter((folder) => existsSync(join(folder, "tsdown.config.ts")));

/** Builds each package unless its dist is newer than its sources, or `always`; 0 when every dist can be used. */
export function ensureBuild({ always = false } = {}) {
  for (const folder of builtPackages) {
    const status = !always && isCurrent(folder) ? 0 : build(folder);
    if (status !== 0) return status;
  }
  return 0;
}

function build(folder) {
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!existsSync(tsdown)) {
    console.error(`${name} cannot be built: tsdown is not installed.\nRun: npm ci`);
    return 1;
  }
  console.error(`Building ${name} ...`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsdown], { cwd: folder, encoding: "utf8" });
  if (status !== 0) console.error(`${stdout}${stderr}\n${name} could not be built; what the build printed is above.`);
  return status ?? 1;
}

function isCurrent(folder) {
  const built = join(folder, "dist/index.js");
  if (!existsSync(built)) return false;
  const configuration = [
    ...["package.json", "tsdown.config.ts"].map((file) => join(folder, file)),
    join(root, "scripts/build-config.ts"),
  ];
  const changed = [...configuration, ...filesUnder(join(folder, "src"))].map((file) => statSync(file).mtimeMs);
  return statSync(built).mtimeMs >= Math.max(...changed);
}

const filesUnder = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name));

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = ensureBuild({ always: process.argv.includes("--always") });
}

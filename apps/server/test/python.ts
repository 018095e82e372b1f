import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Environments are kept between runs: their packages take up to a minute to install. */
const cache = fileURLToPath(new URL("../../../node_modules/.cache/aquatint-python/", import.meta.url));

const isRun = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore", timeout: 300_000 }).status === 0;

/**
 * The interpreter of an environment with packages; undefined where there is no Python with venv, or pip cannot install them.
 * @throws Error for the latter in CI, where no test may be skipped for it.
 */
export function pythonWith(packages: readonly string[]): string | undefined {
  const { stdout } = spawnSync("python3", ["-c", "import sys; print(sys.version, sys.executable)"], {
    encoding: "utf8",
  });
  const key = createHash("sha256")
    .update(JSON.stringify([stdout, packages]))
    .digest("hex")
    .slice(0, 16);
  const pythonIn = (folder: string) => join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const folder = join(cache, key);
  if (existsSync(folder)) return pythonIn(folder);
  const draft = `${folder}-${process.pid}`; // it gets its name when it is whole
  const hasVenv = isRun("python3", ["-m", "venv", draft]);
  if (hasVenv && isRun(pythonIn(draft), ["-m", "pip", "install", "-q", ...packages])) {
    if (!existsSync(folder)) renameSync(draft, folder);
    else rmSync(draft, { recursive: true });
    return pythonIn(folder);
  }
  rmSync(draft, { recursive: true, force: true });
  if (hasVenv && process.env["CI"]) throw new Error(`pip cannot install ${packages.join(", ")}`);
  return undefined;
}

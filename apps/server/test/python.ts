import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Python environment of a test's own, which goes with its folder. */
export interface PythonEnvironment extends Disposable {
  /** The interpreter's path. */
  readonly python: string;
}

const isRun = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore", timeout: 300_000 }).status === 0;

/**
 * An environment with packages; undefined where there is no Python with venv, or pip cannot install them.
 * @throws Error for the latter in CI, where no test may be skipped for it.
 */
export function pythonEnvironment(packages: readonly string[]): PythonEnvironment | undefined {
  const folder = mkdtempSync(join(tmpdir(), "aquatint-python-"));
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const hasVenv = isRun("python3", ["-m", "venv", folder]);
  if (hasVenv && isRun(python, ["-m", "pip", "install", "-q", ...packages]))
    return { python, [Symbol.dispose]: remove };
  remove();
  if (hasVenv && process.env["CI"]) throw new Error(`pip cannot install ${packages.join(", ")}`);
  return undefined;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../test/tree.ts";
import { MUTANT_VARIABLE, type MutantFile } from "./mutant-file.ts";

/** A mutant whose tests take longer is in a loop without end. */
const LIMIT_MS = 120_000;

/** Runs test files with one source file replaced; undefined if they take too long. */
export type TestRunner = (tests: readonly string[], mutant: MutantFile) => Promise<boolean | undefined>;

export function createTestRunner(): TestRunner {
  const folder = mkdtempSync(join(tmpdir(), "aquatint-mutate-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const description = join(folder, "mutant.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  return async (tests, { file, source }) => {
    writeFileSync(description, JSON.stringify({ file: join(root, file), source }));
    const args = [vitest, "run", "--config", "vitest.mutate.config.ts", "--reporter=dot", ...tests];
    const env = { ...process.env, [MUTANT_VARIABLE]: description };
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: "ignore", detached: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      process.kill(-child.pid!, "SIGKILL"); // the group: a fork in a loop does not hear its parent
    }, LIMIT_MS);
    const [code] = await once(child, "exit");
    clearTimeout(timer);
    return late ? undefined : code === 0;
  };
}

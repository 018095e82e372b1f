import { createRequire, syncBuiltinESMExports } from "node:module";

/** Makes a quick test that starts a process or a thread fail, however it came to it. */
const require = createRequire(import.meta.url);
const refuse = (what: string) =>
  function refused(): never {
    throw new Error(`a quick test may not call ${what}: see test/quick.ts`);
  };

const started = {
  "node:child_process": ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"],
  "node:worker_threads": ["Worker"],
};
for (const [name, functions] of Object.entries(started)) {
  for (const key of functions) require(name)[key] = refuse(`${key} of ${name}`);
}
syncBuiltinESMExports();

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** By how many MB a process grows over 200 cycles of compile, run and dispose, each of which holds about 1 MB. */
async function growth(...flags: readonly string[]): Promise<number> {
  const cycles = fileURLToPath(new URL("../../test/cycles.ts", import.meta.url));
  const env = { ...process.env, AQUATINT_TEST_WORKER: "" }; // the worker starts from its sources
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", cycles, ...flags], { env });
  return Number(stdout);
}

// The process's own memory moves by tens of MB, more on newer versions of Node: so the bound is the leak itself, not a size.
test("200 programs and states that were disposed of leave no memory behind; if they are not, it shows", async () => {
  const leak = await growth("--forget-to-dispose");
  expect(leak).toBeGreaterThan(120);
  expect(await growth()).toBeLessThan(leak / 2);
});

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundledScript } from "../../../test/bundled.ts";

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

let root: string;
let home: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-endings-"));
  home = join(root, "home");
  await mkdir(home);
  await writeFile(join(root, "package.json"), '{ "type": "module" }');
  for (const name of ["native-call", "native-thread"]) await bundledScript(name, join(root, "script"));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs a script in a home of its own, with nothing set that the engine would read. */
const run = (script: string, ...args: string[]): Promise<Ending> =>
  new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], HOME: home, XDG_CACHE_HOME: join(home, ".cache") };
    const child = execFile(process.execPath, [join(root, "script", script), ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });

const repeats = [1, 2, 3, 4];

describe("a program that ends in the middle of a call of the engine", () => {
  test.each(repeats)("keeps the code that it gave process.exit (%i)", async () => {
    const { stderr, ...ending } = await run("native-call.js", "exit");
    expect(ending).toEqual({ code: 7, signal: null, stdout: "running unset\n" });
    expect(stderr).toBe("");
  });

  test.each(repeats)("ends with its own uncaught error (%i)", async () => {
    const { code, stderr } = await run("native-call.js", "throw");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("Error: uncaught") });
    expect(stderr).not.toContain("Napi");
  });

  test("ends with its own code where its command line has 100,000 characters, which the engine matches", async () => {
    const { code, signal } = await run("native-call.js", "exit", "a ".repeat(50_000));
    expect({ code, signal }).toEqual({ code: 7, signal: null });
  });

  test("ends by itself where it forgets to dispose of its runtime", async () => {
    expect(await run("native-call.js", "forget")).toMatchObject({ code: 0, signal: null, stderr: "" });
  });
});

describe("a thread of a program", () => {
  test.each(repeats)("may be terminated in the middle of a call (%i)", async () => {
    const ending = await run("native-thread.js", "terminate");
    expect(ending).toEqual({ code: 0, signal: null, stdout: "thread 1\n", stderr: "" });
  });

  test.each([
    ["exit", "thread 7\n"],
    ["throw", "uncaught\nthread 1\n"],
    ["forget", "thread 0\n"],
  ])("may end by itself: %s", async (ending, stdout) => {
    expect(await run("native-thread.js", "none", ending)).toMatchObject({ code: 0, stdout });
  });

  test.each(repeats)("does not keep the program from exiting in the middle of its call (%i)", async () => {
    expect(await run("native-thread.js", "exit")).toMatchObject({ code: 7, signal: null, stderr: "" });
  });
});

test("the engine writes nothing into the user's folders", async () => {
  expect(await readdir(home, { recursive: true })).toEqual([]);
});

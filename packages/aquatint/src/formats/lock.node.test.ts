import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundledScript } from "../../test/bundled.ts";
import { exclusiveLock, lockHolder } from "./lock.node.ts";

let root: string;
let script: string;
let path: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-lock-"));
  script = await bundledScript("lock-holder", join(root, "script"));
  await writeFile(join(root, "script/package.json"), '{ "type": "module" }');
});
afterAll(() => rm(root, { recursive: true }));
let locks = 0;
beforeEach(() => {
  path = join(root, String(++locks), "run.lock");
});

/** A process that wants the lock, and keeps it until its stdin ends. */
function contender() {
  const child = spawn(process.execPath, [script, path], { stdio: ["pipe", "pipe", "inherit"] });
  const exit = once(child, "exit").then(([code]): number => code);
  return { exit, decision: Promise.race([exit, once(child.stdout, "data")]), release: () => child.stdin.end() };
}

/** Who holds locks that nobody holds any more. */
const stale: readonly (readonly [string, string])[] = [
  ["a process that ended", JSON.stringify({ pid: 999_999_999, host: hostname(), start: "1" })],
  ["a process of version 0.1 that ended", "999999999\n"],
  [
    "a process that began before this one had its number",
    JSON.stringify({ pid: process.pid, host: hostname(), start: "1" }),
  ],
  ["a later process of the same number", JSON.stringify({ pid: process.ppid, host: hostname(), start: "1" })],
  ["what cannot be read", "\0\0\0"],
];

describe("of many callers at once exactly one gets a lock", () => {
  test.each([["that is new", undefined] as const, ...stale.map(([of, text]) => [`of ${of}`, text] as const)])(
    "%s",
    async (_, text) => {
      if (text !== undefined) {
        await (await exclusiveLock(path))[Symbol.asyncDispose](); // makes the folder
        await writeFile(path, text);
      }
      const callers = await Promise.allSettled(Array.from({ length: 40 }, () => exclusiveLock(path)));
      const [winner, ...rest] = callers.filter(({ status }) => status === "fulfilled");
      expect(rest).toEqual([]);
      for (const caller of callers) {
        if (caller.status === "rejected") expect(caller.reason).toMatchObject({ code: "file/locked" });
      }
      expect(await lockHolder(path)).toMatchObject({ pid: process.pid });
      await (winner as PromiseFulfilledResult<AsyncDisposable>).value[Symbol.asyncDispose]();
      expect(await readdir(join(path, ".."))).toEqual([]);
    },
  );
});

test.each([
  ["new", undefined],
  ["stale", stale[0]![1]],
] as const)("of processes started at once exactly one gets a %s lock", async (_, text) => {
  await (await exclusiveLock(path))[Symbol.asyncDispose]();
  if (text !== undefined) await writeFile(path, text);
  const contenders = Array.from({ length: 6 }, contender);
  await Promise.all(contenders.map(({ decision }) => decision));
  for (const { release } of contenders) release();
  const codes = await Promise.all(contenders.map(({ exit }) => exit));
  expect(codes.toSorted()).toEqual([0, 3, 3, 3, 3, 3]);
  expect(await readdir(join(path, ".."))).toEqual([]);
});

test("the lock of a killed process is taken over, that of a running one and of another machine is not", async () => {
  const child = spawn(process.execPath, [script, path], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await expect(exclusiveLock(path)).rejects.toMatchObject({
    code: "file/locked",
    message: expect.stringContaining(`(${child.pid})`),
    hint: expect.stringContaining(path),
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await lockHolder(path)).toBeUndefined();
  await (await exclusiveLock(path))[Symbol.asyncDispose]();
  await writeFile(path, JSON.stringify({ pid: 1, host: `not-${hostname()}`, start: "1" }));
  await expect(exclusiveLock(path)).rejects.toMatchObject({ message: expect.stringContaining(`on not-${hostname()}`) });
  expect(await readFile(path, "utf8")).toContain("not-");
  const before = new Date(Date.now() - 600_000); // as a machine leaves it that is gone: a container made anew
  await utimes(path, before, before);
  await (await exclusiveLock(path))[Symbol.asyncDispose]();
});

test("a lock does not keep the process of its holder alive", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  await using _ = await exclusiveLock(path);
  expect(timers()).toBe(before);
});

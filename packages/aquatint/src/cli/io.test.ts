import { expect, test } from "vitest";
import { Interrupted, inProcess } from "./io.ts";

test.each([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("the first %s aborts a command, and further signals are the system's again", async (name, exitCode) => {
  const before = process.listenerCount(name);
  const code = await inProcess(async ({ signal }) => {
    expect(process.listenerCount(name)).toBe(before + 1);
    process.emit(name);
    expect(process.listenerCount(name)).toBe(before);
    expect(signal.reason).toBeInstanceOf(Interrupted);
    return signal.reason.exitCode;
  });
  expect(code).toBe(exitCode);
});

test("listeners are gone when the command has ended or failed", async () => {
  const before = process.listenerCount("SIGINT");
  expect(await inProcess(async ({ cwd }) => cwd.length)).toBe(process.cwd().length);
  await expect(inProcess(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(process.listenerCount("SIGINT")).toBe(before);
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { createProgress } from "./progress.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("progress", () => {
  test("is a bar with the time left on a terminal, and leaves nothing behind", () => {
    const { io, err } = capturedIo({ cwd: ".", isTTY: true });
    const progress = createProgress({ stream: io.stderr, total: 10, unit: "steps" });
    for (const done of [1, 2, 3]) {
      progress.update(done, `loss ${done}`);
      vi.advanceTimersByTime(2000);
    }
    expect(err()).toContain(`${"█".repeat(7)}${"░".repeat(17)}  3/10 steps  loss 3  14 s left`);
    progress.hide();
    expect(vi.getTimerCount()).toBe(0);
    expect(err().endsWith("\x1b[1G\x1b[2K")).toBe(true);
  });

  test("comes back with the next update after it was hidden", () => {
    const { io, err } = capturedIo({ cwd: ".", isTTY: true });
    const progress = createProgress({ stream: io.stderr, total: 10, start: 4, unit: "steps" });
    progress.hide();
    progress.update(5, "again");
    progress.hide();
    expect(err()).toMatch(/4\/10 steps[\s\S]*5\/10 steps {2}again/);
  });

  test("is a line now and then elsewhere", () => {
    const { io, err } = capturedIo({ cwd: "." });
    const progress = createProgress({ stream: io.stderr, total: 100, unit: "steps", everySeconds: 20 });
    for (let done = 1; done <= 100; done++) {
      vi.advanceTimersByTime(1000);
      progress.update(done, "loss 1");
    }
    progress.hide();
    const line = (done: number, rest = `  ${100 - done} s left`) => `${done}/100 steps  loss 1${rest}\n`;
    expect(err()).toBe(
      line(20, "  1 min 20 s left") + line(40, "  1 min 0 s left") + line(60) + line(80) + line(100, ""),
    );
  });

  test("is silent where it should be", () => {
    const { io, err } = capturedIo({ cwd: ".", isTTY: true });
    const progress = createProgress({ stream: io.stderr, total: 2, unit: "steps", quiet: true });
    progress.update(1);
    progress.hide();
    expect(err()).toBe("");
  });
});

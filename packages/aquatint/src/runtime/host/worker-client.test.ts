import { expect, test } from "vitest";
import { AquatintError } from "../../errors.ts";
import type { Request } from "../protocol.ts";
import type { Listener } from "./request-queue.ts";
import { createWorkerClient } from "./worker-client.ts";

/** A queue whose worker is the test. */
function byHand() {
  let listener: Listener | undefined;
  const sent: Request[] = [];
  const busyStates: boolean[] = [];
  let closed = 0;
  const exitError = (cause: unknown) => new AquatintError("runtime/worker-died", String(cause));
  const queue = createWorkerClient((to) => {
    listener = to;
    return {
      post: (request) => {
        structuredClone(request);
        sent.push(request);
      },
      keepAlive: (busy) => busyStates.push(busy),
      close: async () => {
        closed++;
      },
    };
  }, exitError);
  const answer = () => listener?.onAnswer({ ok: true, result: null });
  const run = (program: number, signal?: AbortSignal) => queue.call("run", { program, feeds: {} }, { signal });
  return {
    queue,
    sent,
    busyStates,
    answer,
    run,
    die: (cause: unknown) => listener?.onExit(cause),
    closings: () => closed,
  };
}
const died = { code: "runtime/worker-died", message: expect.stringContaining("out of memory") };

test("calls go out one at a time, and the process is held meanwhile", async () => {
  const { sent, busyStates, answer, run } = byHand();
  const both = [run(1), run(2)];
  expect(sent).toHaveLength(1);
  answer();
  expect(sent).toHaveLength(2);
  answer();
  await Promise.all(both);
  expect(busyStates).toEqual([true, true, false]);
});

test("the next call says that an answered run counts, or that an aborted one does not", async () => {
  const { sent, answer, run } = byHand();
  const stop = new AbortController();
  const aborted = run(1, stop.signal);
  const counted = run(2);
  stop.abort("enough");
  await expect(aborted).rejects.toBe("enough");
  answer();
  answer();
  await counted;
  run(3);
  expect(sent.map(({ keep }) => keep)).toEqual([false, false, true]);
});

test("a call aborted while it waits is never sent", async () => {
  const { sent, answer, run } = byHand();
  const stop = new AbortController();
  const calls = [run(1), run(2, stop.signal), run(3)];
  stop.abort("enough");
  await expect(calls[1]).rejects.toBe("enough");
  answer();
  answer();
  await Promise.all([calls[0], calls[2]]);
  expect(sent.map(({ params }) => params)).toMatchObject([{ program: 1 }, { program: 3 }]);
});

test("when the worker dies, every call fails, then and later, but nothing is left to free", async () => {
  const { queue, die, run, closings } = byHand();
  const outcomes = Promise.allSettled([run(1), run(2)]);
  die(new Error("out of memory"));
  die(new Error("exit code 1"));
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: died });
  await expect(run(3)).rejects.toMatchObject(died);
  await queue.release("unload", { program: 1 });
  await queue.close(new AquatintError("runtime/disposed", "closed"));
  expect(closings()).toBeGreaterThan(0);
});

test("a worker that dies while it is being closed is closed", async () => {
  const { queue, die, sent } = byHand();
  const closing = queue.close(new AquatintError("runtime/disposed", "closed"));
  expect(sent.map(({ call }) => call)).toEqual(["close"]);
  die(new Error("out of memory"));
  await closing;
});

test("what cannot be sent fails alone", async () => {
  const { queue, answer, run } = byHand();
  const unsendable = {
    program: 1,
    feeds: { f: { dtype: "float32", shape: [() => 1] as never, data: new Float32Array(1) } },
  } as const;
  await expect(queue.call("run", unsendable)).rejects.toHaveProperty("code", "runtime/failed");
  const next = run(2);
  answer();
  await next;
});

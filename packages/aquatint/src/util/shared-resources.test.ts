import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sharedResources } from "./shared-resources.ts";

/** Resources that say when they are opened and disposed of. */
function noted() {
  const log: string[] = [];
  const resources = sharedResources<AsyncDisposable & { readonly name: string }>();
  const lease = (name: string) =>
    resources.lease(name, async () => {
      log.push(`open ${name}`);
      return { name, [Symbol.asyncDispose]: async () => void log.push(`dispose ${name}`) };
    });
  return { log, lease, resources };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("users that overlap share one resource, which ends with the last of them", async () => {
  const { log, lease } = noted();
  const leases = await Promise.all([lease("a"), lease("a"), lease("a")]);
  expect(new Set(leases.map(({ resource }) => resource)).size).toBe(1);
  await leases[0]!.release(0);
  await leases[0]!.release(0); // no matter how often
  await leases[1]!.release(0);
  expect(log).toEqual(["open a"]);
  await leases[2]!.release(0);
  expect(log).toEqual(["open a", "dispose a"]);
});

test("an idle resource is kept for the seconds that its last user said", async () => {
  const { log, lease } = noted();
  await (await lease("a")).release(5);
  await vi.advanceTimersByTimeAsync(4999);
  const again = await lease("a");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toEqual(["open a"]);
  await again.release(5);
  await vi.advanceTimersByTimeAsync(5000);
  expect(log).toEqual(["open a", "dispose a"]);
});

test("an infinite time is no timer of a millisecond", async () => {
  const { log, lease, resources } = noted();
  await (await lease("a")).release(Number.POSITIVE_INFINITY);
  expect(vi.getTimerCount()).toBe(0);
  expect(log).toEqual(["open a"]);
  await resources.disposeIdle();
  expect(log).toEqual(["open a", "dispose a"]);
});

test("what is idle goes before another is opened, what is used stays", async () => {
  const { log, lease } = noted();
  const busy = await lease("used");
  await (await lease("idle")).release(5);
  await lease("next");
  expect(log).toEqual(["open used", "open idle", "dispose idle", "open next"]);
  await busy.release(0);
  expect(log.at(-1)).toBe("dispose used");
});

test("a resource that could not be opened is opened again by the next user", async () => {
  const resources = sharedResources<AsyncDisposable>();
  const fail = () => Promise.reject(new Error("no memory"));
  await expect(resources.lease("a", fail)).rejects.toThrow("no memory");
  const resource = { [Symbol.asyncDispose]: async () => {} };
  expect((await resources.lease("a", async () => resource)).resource).toBe(resource);
});

import { newId } from "../state/new-id.ts";

/** The browser's locks; pages over plain HTTP have none. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Runs work while no other tab or worker of the page runs work of this name. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const manager = locks();
  return manager ? await manager.request(name, work) : work();
}

/** Runs work where no other tab or worker of the page runs work of this name, else `busy`. */
export async function withFreeLock<T>(name: string, work: () => Promise<T>, busy: () => T): Promise<T> {
  const manager = locks();
  return manager ? manager.request(name, { ifAvailable: true }, (lock) => (lock ? work() : busy())) : work();
}

/** Takes a lock for as long as this worker lives; its name, or undefined where the browser has no locks. */
export async function lifeLock(): Promise<string | undefined> {
  const manager = locks();
  if (!manager) return undefined;
  const name = `aquatint-worker-${newId()}`;
  await new Promise<void>((resolve) => {
    void manager.request(name, () => {
      resolve();
      return new Promise(() => {});
    });
  });
  return name;
}

/** Calls `onEnd` when the worker that holds a lock is gone, for whatever reason: a browser may end one without a word. */
export const watchLife = (name: string, onEnd: () => void): void => void locks()?.request(name, async () => onEnd());

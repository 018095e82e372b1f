const IDLE = 0;
const BUSY = 1;
const CLOSED = 2;

/** One shared word: says whether a thread is inside native code, and whether it may enter it again. */
export type NativeLock = Int32Array<SharedArrayBuffer>;

/** A lock that is open: the thread is outside native code. */
export const createNativeLock = (): NativeLock => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Runs `work`, which enters native code, unless the lock is closed: then its thread is about to end, and waits for that. */
export async function withNativeLock<T>(lock: NativeLock, work: () => Promise<T>): Promise<T> {
  if (Atomics.compareExchange(lock, 0, IDLE, BUSY) !== IDLE) return new Promise(() => {});
  try {
    return await work();
  } finally {
    Atomics.store(lock, 0, IDLE);
    Atomics.notify(lock, 0);
  }
}

/** Blocks until the other thread has left native code, and keeps it from entering again. */
export function closeNativeLock(lock: NativeLock): void {
  while (Atomics.compareExchange(lock, 0, IDLE, CLOSED) === BUSY) Atomics.wait(lock, 0, BUSY);
}

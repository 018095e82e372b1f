const IDLE = 0;
const BUSY = 1;
const CLOSED = 2;

/** One shared word: says whether a thread is inside native code, and whether it may enter it again. */
export type NativeLock = Int32Array<SharedArrayBuffer>;

/** A lock that is open: the thread is outside native code. */
export const createNativeLock = (): NativeLock => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Takes the lock before native code is entered. Where it is closed, the thread is about to end, and waits for that. */
export const takeNativeLock = (lock: NativeLock): Promise<void> =>
  Atomics.compareExchange(lock, 0, IDLE, BUSY) === IDLE ? Promise.resolve() : new Promise(() => {});

/** Gives the lock back after native code. */
export function releaseNativeLock(lock: NativeLock): void {
  Atomics.store(lock, 0, IDLE);
  Atomics.notify(lock, 0);
}

/** Blocks until the other thread has left native code, and keeps it from entering again. */
export function closeNativeLock(lock: NativeLock): void {
  while (Atomics.compareExchange(lock, 0, IDLE, CLOSED) === BUSY) Atomics.wait(lock, 0, BUSY);
}

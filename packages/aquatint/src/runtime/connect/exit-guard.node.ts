import { closeNativeLock, type NativeLock } from "./native-lock.ts";

const locks = new Set<NativeLock>();

const closeAll = (): void => {
  for (const lock of locks) closeNativeLock(lock);
};

/**
 * Where the process ends while a thread is inside native code, Node stops that thread, and the native module aborts the
 * process on its return. Until the function returned is called, an exit waits for the native call under way instead.
 */
export function guardExit(lock: NativeLock): () => void {
  if (locks.size === 0) process.prependListener("exit", closeAll);
  locks.add(lock);
  return () => {
    locks.delete(lock);
    if (locks.size === 0) process.off("exit", closeAll);
  };
}

import { closeNativeLock, type NativeLock } from "./native-lock.ts";

const locks = new Set<NativeLock>();

const closeAll = (): void => {
  for (const lock of locks) closeNativeLock(lock);
};

/**
 * Makes an exit of the process wait for the native call under way, until the function returned is called. Without it, Node
 * stops a thread that is inside native code, and the native module aborts the process on its return.
 */
export function guardExit(lock: NativeLock): () => void {
  if (locks.size === 0) process.prependListener("exit", closeAll);
  locks.add(lock);
  return () => {
    locks.delete(lock);
    if (locks.size === 0) process.off("exit", closeAll);
  };
}

/** A text that an earlier visit left; null where there is none, or where the browser keeps nothing. */
export function readLocal(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Leaves a text for the next visit; a browser that keeps nothing begins anew. */
export function writeLocal(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // private windows and full disks
  }
}

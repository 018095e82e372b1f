import { megabytes } from "../ui/words.ts";

/** Chromium's own measure, which other browsers lack. */
interface MemoryMeasure {
  readonly memory?: { readonly usedJSHeapSize: number };
}

/** Memory of the page in words. */
export function memoryText(): string {
  const { memory } = performance as MemoryMeasure;
  return memory ? `${megabytes(memory.usedJSHeapSize)} of JavaScript` : "not told by this browser";
}

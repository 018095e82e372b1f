import type { ProcessMemory } from "../jobs/types.ts";

/** The memory of this process. */
export const processMemory = (): ProcessMemory => ({
  present: process.memoryUsage.rss(),
  peak: 1024 * process.resourceUsage().maxRSS,
});

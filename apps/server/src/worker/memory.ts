/** Memory of a process in bytes: what it has in RAM now, and the most that it had. */
export interface ProcessMemory {
  readonly present: number;
  readonly peak: number;
}

/** The memory of this process. */
export const processMemory = (): ProcessMemory => ({
  present: process.memoryUsage.rss(),
  peak: 1024 * process.resourceUsage().maxRSS,
});

import { jobHook } from "../../figure/use-job.ts";
import { number } from "../../link/codecs.ts";
import type { jobs } from "./jobs.ts";

/** Starts the worker of this page's figures. */
export const startWorker = () => new Worker(new URL("./reverse.worker.ts", import.meta.url), { type: "module" });

/** The jobs of this page. */
export const useReverse = jobHook<typeof jobs>();

/** The times between which a figure steps. */
export const timeCodecs = {
  t: number({ initial: 400, min: 2, max: 1000, step: 1 }),
  stride: number({ initial: 40, min: 1, max: 200, step: 1 }),
};

import { jobHook } from "../../figure/use-job.ts";
import type { jobs } from "./jobs.ts";

/** Starts the worker of this page's figures. */
export const startWorker = () => new Worker(new URL("./schedules.worker.ts", import.meta.url), { type: "module" });

/** The jobs of this page. */
export const useSchedules = jobHook<typeof jobs>();

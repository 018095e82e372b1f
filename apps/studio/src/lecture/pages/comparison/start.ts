import { jobHook } from "../../figure/use-job.ts";
import { opening } from "../../model/downloads.ts";
import type { jobs } from "./jobs.ts";

/** Starts the worker of a figure of this page. */
export const startWorker = () => new Worker(new URL("./comparison.worker.ts", import.meta.url), { type: "module" });

/** Computes with the jobs of this page. */
export const useComparison = jobHook<typeof jobs>();

/** What a figure says while its models are on the way. */
export const OPENING = opening("compare", "The three models are opened");

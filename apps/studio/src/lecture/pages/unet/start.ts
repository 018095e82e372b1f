import { jobHook } from "../../figure/use-job.ts";
import { opening } from "../../model/downloads.ts";
import type { attentionJobs } from "./attention-jobs.ts";
import type { jobs } from "./jobs.ts";

/** Starts the worker of this page's figures. */
export const startWorker = () => new Worker(new URL("./unet.worker.ts", import.meta.url), { type: "module" });

/** Computes with the jobs of this page. */
export const useUNet = jobHook<typeof jobs & typeof attentionJobs>();

/** What a figure says while its model is on the way. */
export const OPENING = opening("pixel");

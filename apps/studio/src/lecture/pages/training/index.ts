import type { LecturePage } from "../../page.ts";
import { Sampling, TakeAway, Training } from "./steps.tsx";

/** Topic 7. */
export const page: LecturePage = {
  summary: "A diffusion model learns in this tab, by the same trainer as on a server.",
  steps: [
    { title: "Algorithm 1: training", Content: Training },
    { title: "Algorithm 2: sampling", Content: Sampling },
    { title: "Take the model with you", Content: TakeAway },
  ],
  code: { file: "training.ts", lines: 10 },
  citations: [
    { paper: "ho2020", at: "algorithms 1 and 2, equation 14" },
    { paper: "salimans2022", at: "section 4" },
    { paper: "nichol2021", at: "equation 17" },
    { paper: "guidance2022", at: "algorithm 1" },
  ],
};

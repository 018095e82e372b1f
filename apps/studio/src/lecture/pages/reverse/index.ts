import type { LecturePage } from "../../page.ts";
import { InThePlane, OnePixel, WhatToLearn } from "./steps.tsx";

/** Topic 3. */
export const page: LecturePage = {
  summary: "Each step back is a small normal distribution. Only its mean has to be learned.",
  steps: [
    { title: "If the clean image were known", Content: OnePixel },
    { title: "If it is not", Content: InThePlane },
    { title: "What the network has to learn", Content: WhatToLearn },
  ],
  code: { file: "reverse.ts", lines: 12 },
  citations: [
    { paper: "ho2020", at: "equations 6, 7 and 11" },
    { paper: "score2021", at: "section 3" },
    { paper: "efron2011" },
    { paper: "kingma2021", at: "section 2.3" },
  ],
};

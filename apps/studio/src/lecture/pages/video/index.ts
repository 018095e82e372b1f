import type { LecturePage } from "../../page.ts";
import { Attention, Clips } from "./steps.tsx";

/** Topic 10. */
export const page: LecturePage = {
  summary: "How attention over time holds the frames of a clip together, frame by frame.",
  steps: [
    { title: "Frames from the same noise", Content: Clips },
    { title: "Attention over time", Content: Attention },
  ],
  code: { file: "video.ts", lines: 10 },
  citations: [
    { paper: "guo2023", at: "section 4.2" },
    { paper: "ho2022", at: "section 3" },
    { paper: "vaswani2017", at: "equation 1 and section 3.5" },
  ],
};

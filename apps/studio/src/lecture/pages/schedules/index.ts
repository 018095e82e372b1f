import type { LecturePage } from "../../page.ts";
import { ByHand, Curves, Images } from "./steps.tsx";

/** Topic 2. */
export const page: LecturePage = {
  summary: "How fast the image turns into noise is a choice, and an important one.",
  steps: [
    { title: "One curve decides", Content: Curves },
    { title: "The same image under each", Content: Images },
    { title: "Draw one", Content: ByHand },
  ],
  code: { file: "schedules.ts", lines: 7 },
  citations: [
    { paper: "ho2020", at: "section 4" },
    { paper: "nichol2021", at: "equation 17" },
    { paper: "rombach2022" },
    { paper: "lin2024", at: "section 3" },
    { paper: "xu2022" },
    { paper: "liu2023", at: "equation 1" },
    { paper: "karras2022", at: "equation 5" },
    { paper: "kingma2021", at: "section 5.1" },
  ],
};

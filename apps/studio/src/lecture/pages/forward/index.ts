import type { LecturePage } from "../../page.ts";
import { Chain, OneJump } from "./steps.tsx";

/** Topic 1. */
export const page: LecturePage = {
  summary: "To learn how to make an image out of noise, first destroy one: add a little noise, a thousand times.",
  steps: [
    { title: "One jump to any time", Content: OneJump },
    { title: "A chain of small steps", Content: Chain },
  ],
  code: { file: "forward.ts", lines: 11 },
  citations: [
    { paper: "sohl2015", at: "section 2.1" },
    { paper: "ho2020", at: "equations 2 and 4" },
  ],
};

import type { LecturePage } from "../../page.ts";
import { ThreeCorners, ThreeModels, Walks } from "./steps.tsx";

/** Topic 8. */
export const page: LecturePage = {
  summary: "Three kinds of generative models on the same images: what they learn, what they draw, and what it costs.",
  steps: [
    { title: "Three models, the same images", Content: ThreeModels },
    { title: "Walks between images", Content: Walks },
    { title: "Quality, coverage, speed", Content: ThreeCorners },
  ],
  code: { file: "comparison.ts", lines: 11 },
  citations: [
    { paper: "xiao2022", at: "figure 1" },
    { paper: "kingma2014", at: "equation 3" },
    { paper: "goodfellow2014", at: "equation 1" },
    { paper: "mescheder2018", at: "section 4.1" },
    { paper: "kynkaanniemi2019", at: "section 2" },
    { paper: "naeem2020", at: "section 3.2" },
    { paper: "shoemake1985" },
  ],
};

import type { LecturePage } from "../../page.ts";
import { All, Astronaut, InThePlane, Orders } from "./steps.tsx";

/** Topic 6. */
export const page: LecturePage = {
  summary: "A trained network knows how to remove noise. A sampler turns that into images.",
  steps: [
    { title: "From noise to data", Content: InThePlane },
    { title: "Every sampler, side by side", Content: All },
    { title: "What more steps buy", Content: Orders },
    { title: "An astronaut riding a horse", Content: Astronaut },
  ],
  code: { file: "sampling.ts", lines: 14 },
  citations: [
    { paper: "ho2020", at: "algorithm 2" },
    { paper: "song2021", at: "equation 12" },
    { paper: "score2021", at: "section 4.3" },
    { paper: "karras2022", at: "algorithms 1 and 2" },
    { paper: "lu2022", at: "algorithm 2" },
    { paper: "guidance2022", at: "equation 6" },
  ],
};

import type { LecturePage } from "../../page.ts";
import { Inside, OneShot, Words } from "./steps.tsx";

/** Topic 5. */
export const page: LecturePage = {
  summary: "The denoiser is a U-Net: down to a few places that know much, and up again with the details.",
  steps: [
    { title: "Denoising in one shot", Content: OneShot },
    { title: "The parts, and what they see", Content: Inside },
    { title: "Attention from words to places", Content: Words },
  ],
  code: { file: "unet.ts", lines: 11 },
  citations: [
    { paper: "ronneberger2015", at: "figure 1" },
    { paper: "ho2020", at: "appendix B" },
    { paper: "vaswani2017", at: "equation 1" },
    { paper: "rombach2022", at: "section 3.3" },
    { paper: "hertz2022", at: "section 3" },
  ],
};

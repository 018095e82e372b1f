import type { LecturePage } from "../../page.ts";
import { Parts, WhyLatents } from "./steps.tsx";

/** Topic 9. */
export const page: LecturePage = {
  summary: "Prompt, tokens, text states, latent, image: the parts of a text-to-image model and what each costs.",
  steps: [
    { title: "From a prompt to an image", Content: Parts },
    { title: "Why latents", Content: WhyLatents },
  ],
  code: { file: "stable-diffusion.ts", lines: 15 },
  citations: [
    { paper: "rombach2022", at: "section 3 and equation 3" },
    { paper: "radford2021", at: "section 2.4" },
    { paper: "sennrich2016", at: "section 3.2" },
    { paper: "guidance2022", at: "equation 6" },
  ],
};

import type { LecturePage } from "../../page.ts";
import { Bound, Weights, YourImage } from "./steps.tsx";

/** Topic 4. */
export const page: LecturePage = {
  summary: "The objective is a bound on the probability of the data, as for a variational autoencoder.",
  steps: [
    { title: "Three kinds of terms", Content: Bound },
    { title: "The terms of your image", Content: YourImage },
    { title: "What training does with them", Content: Weights },
  ],
  code: { file: "elbo.ts", lines: 15 },
  citations: [
    { paper: "sohl2015", at: "section 2.4" },
    { paper: "ho2020", at: "equations 5 and 14" },
    { paper: "nichol2021", at: "section 3" },
    { paper: "kingma2021", at: "section 4" },
  ],
};

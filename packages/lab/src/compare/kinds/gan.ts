import { ganFolder } from "../../models/index.ts";
import type { ModelKind } from "../model-kind.ts";
import { openOnePass } from "./one-pass.ts";

/** Generators of `"task": "gan"`. */
export const ganKind: ModelKind = {
  title: "GAN",
  about: "a generator makes the image of a vector in one pass; a critic taught it what real ones look like",
  likelihood:
    "None: the generator's images lie on a surface of as many dimensions as its vectors have, so almost every image has density 0, and nothing in its training says how likely a given image is.",
  open: async ({ files, ...where }) => openOnePass(await ganFolder.open(files), where),
};

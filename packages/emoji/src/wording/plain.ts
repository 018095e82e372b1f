import { caption } from "../caption.ts";
import { phrasesOf } from "../names.ts";
import type { Wording } from "./wording.ts";

/** One way to say each relation, usual names, one form of caption. */
export const plain: Wording = {
  phrases: phrasesOf,
  plurals: ({ plural }) => [plural!],
  among: (usual) => usual,
  caption,
};

import type { Limits } from "../backend/backend.ts";
import type { Catalog } from "./catalog-store.ts";

/** What the page cannot do with images of the server, which has these files. */
export const serverLimits = ({ files }: Catalog): Limits => ({
  film: "The steps of an image cannot be shown afterwards: the server keeps the image alone.",
  feather: "The edge of a mask stays hard: the server does not feather it.",
  files: "Files of your own are not sent: the server draws with the models that it has.",
  tokens: "Tokens of the prompt are not counted.",
  memory: "Memory is not shown: the server refuses what does not fit.",
  ...(files.motion.length === 0 && { clip: "The server has no motion adapter, so it makes no clips." }),
});

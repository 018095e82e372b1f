import type { Limits } from "../place/place.ts";
import { serverName } from "./address.ts";
import type { Catalog } from "./catalog-store.ts";

/** What the page cannot do with images of the server, which has these files. */
export const serverLimits = ({ files }: Catalog): Limits => ({
  film: "The steps of an image cannot be looked at afterwards: the server keeps the image alone.",
  feather: "The edge of a mask stays hard: the server does not feather it.",
  files: `Files of your own are not sent: ${serverName} draws with the models that its operator gave it.`,
  tokens: "Tokens of the prompt are not counted.",
  memory: "The server does not say how much memory it takes; it refuses what does not fit.",
  favorites: "The server marks no favorites.",
  ...(files.motion.length === 0 && { clip: `${serverName} has no motion adapter, so it makes no clips.` }),
});

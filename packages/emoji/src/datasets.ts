import type { DatasetKinds } from "aquatint/data";
import { emojiKinds } from "./kinds.ts";

/** The kinds of datasets that this package adds to `aquatint`. What draws the art is loaded with the first of them. */
export const datasets: DatasetKinds = emojiKinds(async (request, options) => {
  const { loadEmojiAtlas } = await import("./art/load.node.ts");
  return loadEmojiAtlas(request, options);
});

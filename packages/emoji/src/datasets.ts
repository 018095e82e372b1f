import type { DatasetKinds } from "aquatint/data";
import { emojiKinds } from "./kinds.ts";
import { clipKinds } from "./motions/kind.ts";

/** The kinds of datasets that this package adds to `aquatint`. What draws the art is loaded with the first of them. */
export const datasets: DatasetKinds = {
  ...emojiKinds(async (request, options) => {
    const { loadEmojiAtlas } = await import("./art/load.node.ts");
    return loadEmojiAtlas(request, options);
  }),
  ...clipKinds({
    async art(request, options) {
      const { loadEmojiAtlas } = await import("./art/load.node.ts");
      return loadEmojiAtlas(request, options);
    },
    async animations(request, options) {
      const { loadAnimations } = await import("./art/animations.node.ts");
      return loadAnimations(request, options);
    },
  }),
};

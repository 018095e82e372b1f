import { optionalPackage } from "../../../util/optional-package.ts";
import { withTexts } from "../../image/file-texts.ts";
import { fileFormat } from "../file-format.node.ts";
import { encodeGif } from "./gif.ts";
import { type GifModule, gifFunctions } from "./gifenc.ts";

async function gifenc(): Promise<GifModule> {
  // @ts-expect-error it has no types
  const load = (): Promise<GifModule | { readonly default: GifModule }> => import("gifenc");
  return gifFunctions(await optionalPackage({ name: "gifenc", load }, "writing GIF"));
}

/** GIF: at most 256 colors for all frames, every one of them where there are no more. */
export const gif = fileFormat({
  title: "GIF",
  extensions: [".gif"],
  maxFps: 50, // browsers slow down what is shorter than 2 hundredths of a second
  maxLoops: 65535,
  maxSide: 65535,
  alpha: true,
  async check() {
    await gifenc();
  },
  async encode(clip, { loops, texts }) {
    const bytes = encodeGif(clip, { loops, encoder: await gifenc() });
    return texts ? withTexts(bytes, texts) : bytes;
  },
});

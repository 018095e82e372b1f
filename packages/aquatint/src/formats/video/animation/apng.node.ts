import { withTexts } from "../../image/file-texts.ts";
import { fileFormat } from "../file-format.node.ts";
import { encodeApng } from "./apng.ts";

/** Animated PNG. */
export const apng = fileFormat({
  title: "animated PNG",
  extensions: [".apng", ".png"],
  maxFps: 90, // browsers slow down what is shorter than 11 ms
  maxLoops: 2 ** 31 - 1,
  alpha: true,
  async encode(clip, { loops, texts }) {
    const bytes = encodeApng(clip, { loops });
    return texts ? withTexts(bytes, texts) : bytes;
  },
});

import { required } from "../../util/items.ts";
import { infotextOf, readInfotext } from "./a1111.ts";
import { parseInfotext } from "./infotext.ts";
import type { MetadataFormat } from "./types.ts";

/** stable-diffusion.cpp: the web UI's text with names of its own; what it writes beside them is for other models. */
export const sdcpp: MetadataFormat = {
  source: "sdcpp",
  title: "stable-diffusion.cpp",
  matches: (texts) => /Version: stable-diffusion\.cpp/.test(infotextOf(texts) ?? ""),
  read(texts) {
    const infotext = parseInfotext(required(infotextOf(texts), "parameters"));
    const { Eta: eta, ...settings } = infotext.settings;
    const etaKeys = Number(eta) === 0 || eta === undefined ? [] : ["Eta"];
    const neutral = ["Guidance", ...(etaKeys.length > 0 ? [] : ["Eta"])];
    return {
      ...readInfotext(infotext, { source: "sdcpp", neutral }),
      settings: { ...settings, ...(eta && { Eta: eta }) },
    };
  },
};

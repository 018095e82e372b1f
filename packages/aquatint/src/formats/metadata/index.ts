import { a1111 } from "./a1111.ts";
import { aquatint } from "./aquatint.ts";
import { comfyui } from "./comfyui/comfyui.ts";
import { drawThings } from "./draw-things.ts";
import { easyDiffusion } from "./easy-diffusion.ts";
import { fooocus } from "./fooocus.ts";
import { invokeai } from "./invokeai.ts";
import { midjourney } from "./midjourney.ts";
import { novelai } from "./novelai.ts";
import { sdcpp } from "./sdcpp.ts";
import { swarmui } from "./swarmui.ts";
import type { ImageMetadata, MetadataFormat, MetadataTexts } from "./types.ts";

export type { ImageMetadata, MetadataSource, NetworkCall } from "./types.ts";

/** Every program whose metadata is read, the most particular first. */
export const metadataFormats: readonly MetadataFormat[] = [
  aquatint,
  swarmui,
  fooocus,
  novelai,
  drawThings,
  invokeai,
  easyDiffusion,
  midjourney,
  sdcpp,
  a1111,
  comfyui,
];

/** Generation metadata of an image, from the texts of its file; undefined where no program is recognized. */
export function imageMetadata(texts: MetadataTexts): ImageMetadata | undefined {
  for (const format of metadataFormats) {
    const metadata = format.matches(texts) ? format.read(texts) : undefined;
    if (metadata) return metadata;
  }
  return undefined;
}

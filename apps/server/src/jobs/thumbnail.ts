import { encodePng } from "aquatint";
import { resized } from "aquatint/formats";
import { decodeImage } from "aquatint/node";
import type { JobFile } from "./types.ts";

/** A file as a PNG whose longer side has at most `size` pixels, without its settings; of a clip the first frame. @throws AquatintError "image/…". */
export async function thumbnail(
  { key, bytes }: Pick<JobFile, "key"> & { readonly bytes: Uint8Array },
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, channels, data } = await decodeImage(bytes, { name: key });
  const scale = Math.min(1, size / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return encodePng(resized({ width, height, channels, data }, { width: side(width), height: side(height) }));
}

import { AquatintError } from "../../errors.ts";
import { checkImage, type Image } from "./image.ts";

/**
 * An image as a PNG file by the browser's own encoder, for an `<img>` or a download; `encodePng` writes texts, too. Colors
 * under transparent pixels are exact to their alpha.
 * @throws AquatintError "image/size" or "image/canvas".
 */
export async function pngBlob(image: Image): Promise<Blob> {
  checkImage(image);
  const { width, height, channels, data } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new AquatintError("image/canvas", "this browser gives no canvas to write the image with");
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) pixels.data[4 * i + c] = data[channels * i + c]!;
    if (channels === 3) pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

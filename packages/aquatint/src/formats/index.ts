/** Files as bytes: images, their metadata, and safetensors. */

export { imageTexts, withTexts } from "./image/file-texts.ts";
export * from "./image/image.ts";
export type { ImageTexts } from "./image/image-texts.ts";
export { psnr } from "./image/psnr.ts";
export { fitted, within } from "./image/resize.ts";
export { type ImageValues, imageValues, maskValues } from "./image/values.ts";
export { escapedMarkup, xmlCharacters } from "./markup.ts";
export { type ImageMetadata, imageMetadata, type MetadataSource, type NetworkCall } from "./metadata/index.ts";
export { decodePng, encodePng, type PngImage } from "./png/png.ts";
export { encodeSafetensors, parseSafetensors, type RawTensor, type Safetensors } from "./safetensors/safetensors.ts";

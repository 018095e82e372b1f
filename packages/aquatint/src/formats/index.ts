/** Files as bytes: images, their metadata, and safetensors. */
export * from "./image/image.ts";
export { pictureTexts, withTexts } from "./image/picture-file.ts";
export type { PictureTexts } from "./image/picture-texts.ts";
export { psnr } from "./image/psnr.ts";
export { fitted } from "./image/resize.ts";
export { maskValues, type PictureValues, pictureValues } from "./image/values.ts";
export { escapedMarkup, xmlCharacters } from "./markup.ts";
export { type ImageMetadata, imageMetadata, type MetadataSource, type NetworkCall } from "./metadata/index.ts";
export { decodePng, encodePng, type PngPicture } from "./png/png.ts";
export { encodeSafetensors, parseSafetensors, type RawTensor, type Safetensors } from "./safetensors/safetensors.ts";

/** Files as bytes: images, their metadata, and safetensors. */
export * from "./image.ts";
export { escapedMarkup, xmlCharacters } from "./markup.ts";
export { type ImageMetadata, imageMetadata, type MetadataSource, type NetworkCall } from "./metadata/index.ts";
export { type PictureTexts, pictureTexts, withTexts } from "./picture-file.ts";
export { decodePng, encodePng, type PngPicture } from "./png.ts";
export { psnr } from "./psnr.ts";
export { fitted } from "./resize.ts";
export { encodeSafetensors, parseSafetensors, type RawTensor, type Safetensors } from "./safetensors.ts";
export { maskValues, type PictureValues, pictureValues } from "./values.ts";

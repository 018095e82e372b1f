/** Files as bytes: images, their metadata, and safetensors. */

export { imageTexts, withTexts } from "./image/file-texts.ts";
export {
  type Color,
  checkImage,
  flattenAlpha,
  type GridOptions,
  type Image,
  imageGrid,
  imageStrip,
  imagesToTensor,
  imageToTensor,
  type RgbaImage,
  tensorToImage,
  tensorToImages,
} from "./image/image.ts";
export type { ImageFile } from "./image/image-file.ts";
export type { ImageTexts } from "./image/image-texts.ts";
export { psnr } from "./image/psnr.ts";
export { fitted, type ImageInput, resized, type Size, within } from "./image/resize.ts";
export { type ImageValues, imageValues, maskValues } from "./image/values.ts";
export { escapedMarkup, xmlCharacters } from "./markup.ts";
export { type ImageMetadata, imageMetadata, type MetadataSource, type NetworkCall } from "./metadata/index.ts";
export { type Infotext, parseInfotext } from "./metadata/infotext.ts";
export { type NetworkPrompt, withoutNetworks } from "./metadata/networks.ts";
export type { ClipStop, MetadataTexts } from "./metadata/types.ts";
export { decodePng, encodePng, type PngImage } from "./png/png.ts";
export type { SafetensorsDType, SafetensorsHeader, TensorEntry } from "./safetensors/header.ts";
export {
  encodeSafetensors,
  parseSafetensors,
  type RawTensor,
  type RawTensors,
  type Safetensors,
} from "./safetensors/safetensors.ts";
export { animatedWebp, type WebpFrames } from "./video/animation/animated-webp.ts";
export { encodeApng } from "./video/animation/apng.ts";
export { encodeGif, type GifOptions } from "./video/animation/gif.ts";
export {
  type GifEncoder,
  type GifFrameOptions,
  type GifModule,
  type GifPalette,
  gifFunctions,
} from "./video/animation/gifenc.ts";
export { decodeApng } from "./video/animation/read-apng.ts";
export type { Clip, ClipFile } from "./video/clip.ts";

/**
 * Names that every program needs, in Node and in the browser: open a model, make an image, read and write PNG. The rest is in
 * entries of its own, one for each folder: `aquatint/nn`, `aquatint/diffusion`; Node's own parts are in `aquatint/node`, the
 * browser's in `aquatint/web`.
 */
export { blobFiles, type FileRange, type ModelFiles, memoryFiles, urlFiles } from "./checkpoints/files.ts";
export { openModel } from "./checkpoints/open.ts";
export type { Model, ModelComponent } from "./checkpoints/types.ts";
export { schedules } from "./diffusion/process/schedule-names.ts";
export { samplers } from "./diffusion/registry.ts";
export { spacings } from "./diffusion/spacing/spacings.ts";
export { AquatintError, type ErrorCode, type ErrorOptions, messageOf } from "./errors.ts";
export type { Image } from "./formats/image/image.ts";
export { decodePng, encodePng, type PngImage } from "./formats/png/png.ts";
export type { HostTensor } from "./graph/types.ts";
export type { Seed } from "./math/random.ts";
export type { TextToImageModel } from "./pipelines/model/model-folder.ts";
export { type TextToImageModelOptions, textToImageModel } from "./pipelines/model/text-to-image-model.ts";
export {
  type TextToImageNetwork,
  type TextToImageNetworkInput,
  textToImageNetwork,
} from "./pipelines/network/network.ts";
export type { HiresFixOptions } from "./pipelines/text-to-image/hires-fix.ts";
export type { ControlOptions, Img2ImgOptions } from "./pipelines/text-to-image/img2img.ts";
export type { TextToImageOptions } from "./pipelines/text-to-image/options.ts";
export { planTextToImage, type TextToImagePlan } from "./pipelines/text-to-image/plan.ts";
export {
  type EvaluationEvent,
  type ImageEvent,
  type TextToImageEvent,
  type TextToImageRun,
  textToImage,
} from "./pipelines/text-to-image/text-to-image.ts";
export type { Device, Runtime, RuntimeOptions } from "./runtime/types.ts";

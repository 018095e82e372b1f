export * from "./clip-model.ts";
export {
  type ClipConfig,
  type ClipTextConfig,
  type ClipVisionConfig,
  parseClipConfig,
  parseClipTextConfig,
  parseClipVisionConfig,
} from "./config.ts";
export * from "./text-model.ts";
export * from "./vision-model.ts";

export { type ClassifierConfig, parseClassifierConfig } from "./config.ts";
export * from "./detections.ts";
export * from "./image-classifier.ts";

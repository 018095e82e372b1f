export { type ClassifierConfig, parseClassifierConfig } from "./config.ts";
export * from "./image-classifier.ts";

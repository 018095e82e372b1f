export { easy } from "./easy.ts";
export { spectrum } from "./spectrum.ts";
export { ucache } from "./ucache.ts";

export * from "./draws.ts";
export * from "./pixel-folder.ts";
export * from "./pixel-modules.ts";
export * from "./pixel-network.ts";
export * from "./source.ts";
export * from "./text-to-image.ts";

import type { Family } from "./types.ts";

/** What a family was published with and no shape says. */
export interface FamilyFacts {
  /** Its name for messages. */
  readonly title: string;
  /** What its latents are multiplied by. */
  readonly scalingFactor: number;
}

/** Facts of the families that are read. */
export const families: Readonly<Record<Family, FamilyFacts>> = {
  sd1: { title: "Stable Diffusion 1.x", scalingFactor: 0.18215 },
  sd2: { title: "Stable Diffusion 2.x", scalingFactor: 0.18215 },
  sdxl: { title: "Stable Diffusion XL", scalingFactor: 0.13025 },
  "sdxl-refiner": { title: "Stable Diffusion XL refiner", scalingFactor: 0.13025 },
};

/** The scale of latents where neither a config nor a family says one: the first autoencoder's. */
export const DEFAULT_SCALING_FACTOR = 0.18215;

/** A published text encoder: the layers that its whole file holds, and how many of them are run in SD. */
export interface TextEncoderFacts {
  readonly layers: number;
  /** SD 2.x never runs the last one, so that converted files lack it. */
  readonly run: number;
}

/** Published text encoders by their width: CLIP ViT-L, OpenCLIP ViT-H, OpenCLIP ViT-bigG. */
export const textEncoderFacts: ReadonlyMap<number, TextEncoderFacts> = new Map([
  [768, { layers: 12, run: 12 }],
  [1024, { layers: 24, run: 23 }],
  [1280, { layers: 32, run: 32 }],
]);

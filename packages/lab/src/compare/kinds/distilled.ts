import type { ModelKind } from "../model-kind.ts";
import { diffusionKind } from "./diffusion.ts";

/** Students of `"task": "distillation"`. */
export const distilledKind: ModelKind = {
  title: "distilled diffusion",
  about:
    "a diffusion model whose steps each do what several of its teacher's did; it began with its teacher's weights, whose training comes on top",
  likelihood: "None is bounded: it was trained at the noise levels of its few steps alone.",
  async open(input) {
    const { bound: _, ...family } = await diffusionKind.open(input);
    return family;
  },
};

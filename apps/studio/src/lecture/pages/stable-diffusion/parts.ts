/** The parts of Stable Diffusion, in their order. */
export const partNames = ["tokens", "text", "latents", "decoder"] as const;

/** A part of Stable Diffusion. */
export type PartName = (typeof partNames)[number];

/** What readers know the parts as. */
export const partTitles: Readonly<Record<PartName, string>> = {
  tokens: "Tokenizer",
  text: "Text encoder",
  latents: "U-Net and sampler",
  decoder: "Decoder",
};

/** Milliseconds of each part. */
export type PartTimes = Readonly<Record<PartName, number>>;

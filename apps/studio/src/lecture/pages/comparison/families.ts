import type { Measured } from "@aquatint/lab/compare";

/** The models of this page, each in a folder of its name, by the task that trained it. */
export const families = {
  vae: { title: "VAE", task: "vae" },
  gan: { title: "GAN", task: "gan" },
  diffusion: { title: "Diffusion", task: "denoising" },
} as const;

/** The name of a model of this page. */
export type FamilyName = keyof typeof families;

/** The names, in the order in which the models are shown. */
export const familyNames = Object.keys(families) as readonly FamilyName[];

/** Side of all images of these models, in pixels. */
export const SIDE = 32;

/** The most steps of the diffusion model on this page. */
export const MOST_STEPS = 64;

/** Places of a walk that are shown at once. */
export const POSITIONS = 9;

/** Captions that are shown: each of the ten things that the models know, on one of their five backgrounds. */
export const captions = [
  "a unicorn, navy background",
  "an octopus, white background",
  "a pig, sky blue background",
  "a house, red background",
  "a rabbit, teal background",
  "an orange, white background",
  "a heart, sky blue background",
  "a pumpkin, navy background",
  "a pizza, teal background",
  "a mushroom, navy background",
] as const;

/** What `aquatint compare` measured of these models. */
export interface Measurement {
  /** The command. */
  readonly command: string;
  /** "2026-11-29" */
  readonly date: string;
  /** Where it ran. */
  readonly machine: string;
  readonly measured: Measured;
}

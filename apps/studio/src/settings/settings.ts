import { z } from "zod";

/** Characters of a prompt at most, as on the server. */
export const MAX_PROMPT = 20_000;

const digits = z.string().regex(/^\d{1,20}$/);
/** The longest side of an image, in pixels. */
export const MAX_SIDE = 2048;
const side = z.int().min(8).max(MAX_SIDE).nullable();

/** Everything that a person chooses for an image but images themselves; null is the model's own choice. */
export const settingsSchema = z.object({
  /** A still image, or a clip of frames. */
  output: z.enum(["image", "clip"]).default("image"),
  prompt: z.string().max(MAX_PROMPT).default(""),
  negative: z.string().max(MAX_PROMPT).default(""),
  /** Decimal digits, since seeds may have 64 bits. */
  seed: digits.default("7"),
  /** False draws a new seed for each image. */
  seedLocked: z.boolean().default(false),
  width: side.default(null),
  height: side.default(null),
  steps: z.int().min(1).max(200).nullable().default(null),
  /** The model's own form for few steps, in place of the model. */
  fewSteps: z.boolean().default(false),
  guidance: z.number().min(0).max(30).nullable().default(null),
  /** A name of the registry. */
  sampler: z.string().max(60).nullable().default(null),
  /** A word for a spacing that follows the sampler's name. */
  spacing: z.string().max(60).nullable().default(null),
  /** Plain text, or AUTOMATIC1111's weights and signs. */
  promptSyntax: z.enum(["plain", "a1111"]).default("plain"),
  /** Whose random numbers the noise is made of. */
  rng: z.enum(["torch-cpu", "cuda-philox"]).default("torch-cpu"),
  clipSkip: z.int().min(0).max(11).default(0),
  guidanceRescale: z.number().min(0).max(1).default(0),
  count: z.int().min(1).max(16).default(1),
  /** Pixels over which a painted part fades into the image. */
  feather: z.number().min(0).max(16).default(2),
  /** How far the result may go from the image it starts from. */
  strength: z.number().min(0.05).max(1).default(0.7),
  /** By what a second pass enlarges both sides; null makes none. */
  hires: z.number().gt(1).max(8).nullable().default(null),
  /** Share of the second pass's steps that are walked. */
  hiresStrength: z.number().min(0.05).max(1).default(0.5),
  hiresSteps: z.int().min(1).max(200).nullable().default(null),
  /** How much of another seed's noise is mixed in; 0 is none. */
  variationStrength: z.number().min(0).max(1).default(0),
  variationSeed: digits.default("1"),
  /** Names of styles, in the order in which they are applied. */
  styles: z.array(z.string().max(100)).max(20).default([]),
  frames: z.int().min(2).max(64).default(16),
  /** Frames a second. */
  fps: z.int().min(1).max(50).default(8),
});

/** Settings of an image. */
export type Settings = z.output<typeof settingsSchema>;

/** The settings of a first visit. */
export const initialSettings: Settings = settingsSchema.parse({ prompt: "an astronaut riding a horse" });

/** Settings of a text that may be anything; undefined where it is not JSON of settings. */
export function parseSettings(text: string): Settings | undefined {
  try {
    const { success, data } = settingsSchema.safeParse(JSON.parse(text));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}

/** The largest seed that is drawn: 32 bits, as the command draws them. */
const SEEDS = 2 ** 32;

/** A new seed. */
export const drawSeed = (): string => String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

/** The seed `offset` images later, 0 after the largest of 32 bits. */
export const laterSeed = (seed: string, offset: number): string => {
  const later = BigInt(seed) + BigInt(offset);
  return String(BigInt(seed) < SEEDS ? later % BigInt(SEEDS) : later % 2n ** 64n);
};

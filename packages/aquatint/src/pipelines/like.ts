import { samplerNamed } from "../diffusion/registry.ts";
import type { PictureRecipe } from "../formats/picture-recipe.ts";
import type { GeneratorName } from "../math/generators.ts";
import { generatorNamed } from "../math/generators.ts";
import { noiseKindNamed } from "./draws.ts";
import { parseRecipe, recipeKeys, rngNames } from "./recipe.ts";
import type { TextToImageOptions } from "./text-to-image.ts";

/** What makes a picture again, as far as its file says it. */
export interface Likeness {
  readonly options: TextToImageOptions;
  /** What its model is called, and the SHA-256 of its weights or its first digits. */
  readonly model: string | undefined;
  readonly modelHash: string | undefined;
  /** What will be otherwise, in words. */
  readonly notes: readonly string[];
}

/**
 * The options of a picture's recipe: Aquatint's own exactly, others' as far as they can be said here. `name` is the file's,
 * for messages. @throws AquatintError "picture/recipe" for a damaged one of Aquatint's.
 */
export const likeness = (found: PictureRecipe, { name }: { readonly name: string }): Likeness =>
  readers[found.source](found, name);

type Reader = (found: PictureRecipe, name: string) => Likeness;

const own: Reader = ({ settings }, name) => {
  const { model, modelHash, rng, noise, seed, ...told } = parseRecipe(settings, { name });
  const { prompt, negative, steps, sampler, guidance, guidanceRescale, clipSkip, hires, width, height } = told;
  const foreign = Object.keys(settings).filter((key) => !recipeKeys.includes(key));
  return {
    options: {
      ...{ prompt, negative, steps, sampler, guidance, guidanceRescale, clipSkip, hires, width, height },
      ...(told.promptSyntax !== undefined && { promptSyntax: told.promptSyntax }),
      ...(told.strength !== undefined && { strength: told.strength }),
      seed: typeof seed === "string" ? BigInt(seed) : seed,
      rng: generatorNamed(rng),
      ...(noise !== undefined && { noise: noiseKindNamed(noise) }),
    },
    model,
    modelHash,
    notes: [
      ...(told.needs ? [`made of more than words, which must be given again: ${listed(told.needs)}`] : []),
      ...(foreign.length > 0 ? [`not known to this version: ${listed(foreign)}`] : []),
    ],
  };
};

/** What the web UI writes that changes no picture, or that is read elsewhere. */
const read = [
  ...["Steps", "Sampler", "Schedule type", "CFG scale", "CFG Rescale", "Seed", "Size", "Model hash", "Model", "RNG"],
  ...["Clip skip", "Version", "User", "Lora hashes", "TI hashes", "Emphasis", "Parser", "Backend", "App", "Hashes"],
];

const webUi: Reader = ({ settings, ...found }) => {
  const told = (key: string) => (typeof settings[key] === "string" ? settings[key] : undefined);
  const layers = Number(told("Clip skip") ?? 1) - 1;
  const rescale = Number(told("CFG Rescale") ?? 0);
  const others = Object.entries(settings).filter(([key]) => !read.includes(key));
  const { sampler, notes } = knownSampler(found.sampler);
  return {
    options: {
      ...mapped(found),
      ...sampler,
      rng: webUiGenerator(told("RNG")),
      promptSyntax: "a1111",
      ...(layers > 0 && { clipSkip: layers }),
      ...(rescale > 0 && { guidanceRescale: rescale }),
    },
    model: found.model,
    modelHash: found.modelHash,
    notes: [
      ...notes,
      ...seedNotes(found.seed),
      ...(others.length > 0 ? [`not repeated: ${listed(others.map(([key, value]) => `${key} ${value}`))}`] : []),
    ],
  };
};

/** The web UI draws on the GPU unless it is told otherwise, and says so only then. */
const webUiGenerator = (rng = "GPU"): GeneratorName => {
  const named = (Object.keys(rngNames) as GeneratorName[]).find((key) => rngNames[key] === rng.toUpperCase());
  return named ?? "cuda-philox";
};

const comfyUi: Reader = ({ settings, ...found }) => {
  const { sampler, notes } = knownSampler(found.sampler);
  const denoise = settings["denoise"];
  const partly = typeof denoise === "number" && denoise < 1 ? [`not repeated: denoise ${denoise}`] : [];
  return {
    options: { ...mapped(found), ...sampler, rng: "torch-cpu" },
    model: found.model,
    modelHash: undefined,
    notes: [
      ...notes,
      ...seedNotes(found.seed),
      ...partly,
      "only the sampler, its prompts and its size were read of the graph",
    ],
  };
};

const readers: Readonly<Record<PictureRecipe["source"], Reader>> = { aquatint: own, a1111: webUi, comfyui: comfyUi };

/** The fields that every maker has; a seed beyond 2^53 was rounded as it was read, and is left out. */
function mapped({ prompt = "", negative, seed, steps, guidance, width, height }: Omit<PictureRecipe, "settings">) {
  return {
    prompt,
    negative,
    seed: Number.isSafeInteger(seed) ? seed : undefined,
    steps,
    guidance,
    ...(width !== undefined && height !== undefined && { width, height }),
  };
}

const seedNotes = (seed: number | undefined): readonly string[] =>
  seed === undefined || Number.isSafeInteger(seed)
    ? []
    : ["its seed is beyond 2^53 and was rounded: a new one is drawn"];

function knownSampler(name: string | undefined) {
  if (name === undefined || name === "") return { sampler: {}, notes: [] };
  try {
    samplerNamed(name);
    return { sampler: { sampler: name }, notes: [] };
  } catch {
    return { sampler: {}, notes: [`the sampler "${name}" is not known here: the model's own is used`] };
  }
}

/** Some words for a line. */
function listed(words: readonly string[]): string {
  const shown = words.slice(0, 8).map((word) => (word.length > 60 ? `${word.slice(0, 57)}...` : word));
  return [...shown, ...(words.length > 8 ? [`${words.length - 8} more`] : [])].join(", ");
}

import { z } from "zod";
import { AquatintError } from "../../errors.ts";
import type { ImageTexts } from "../../formats/image/image-texts.ts";
import type { GeneratorName } from "../../math/generators.ts";
import { jsonSeed } from "../../math/random.ts";
import { DEFAULT_EMPHASIS, type EmphasisMode, emphasisModes } from "../../tokenizers/emphasis.ts";
import { DEFAULT_PROMPT_SYNTAX, promptSyntaxes } from "../../tokenizers/plain-prompt.ts";
import { itemAt } from "../../util/items.ts";
import { clipSkipRules } from "../conditioning/clip-skip.ts";
import type { ConditionedModel } from "../conditioning/plan.ts";
import { noiseDefaults } from "../text-to-image/noise.ts";
import type { TextToImageOptions } from "../text-to-image/options.ts";
import type { TextToImagePlan } from "../text-to-image/plan.ts";
import { webUiSampler } from "./a1111.ts";

const count = z.int().nonnegative();

const parametersSchema = z.looseObject({
  prompt: z.string(),
  negative: z.string().default(""),
  /** As text where it is beyond 2^53. */
  seed: z.union([count, z.string().regex(/^\d{1,20}$/)]),
  steps: z.int().positive(),
  sampler: z.string(),
  guidance: z.number().nonnegative(),
  /** Only where guidance is rescaled. */
  guidanceRescale: z.number().min(0).max(1).optional(),
  /** Noise levels at which guidance acted, where it did not at all. */
  guidanceRange: z.tuple([z.number(), z.number()]).optional(),
  /** The step cache with the options that were given, where there was one. */
  stepCache: z.looseObject({ name: z.string() }).optional(),
  /** Layers that were left out, where some were. */
  clipSkip: count.optional(),
  /** Only where it is not diffusers'. */
  clipSkipRule: z.enum(clipSkipRules).optional(),
  /** Only where it is not plain. */
  promptSyntax: z.enum(promptSyntaxes).optional(),
  /** Only where it is not original. */
  emphasis: z.enum(emphasisModes).optional(),
  /** Parameters of the hires fix; absent without one. */
  hires: z
    .object({ scale: z.number(), strength: z.number().optional(), steps: z.int().positive().optional() })
    .optional(),
  /** Share of the steps that was walked, where the image began with another. */
  strength: z.number().optional(),
  /** Other inputs of the image, which the file does not hold: "init", "mask", "controls", "vae", "style:0.8" (a LoRA and its scale), "<thing>" (an embedding). */
  needs: z.array(z.string()).optional(),
  rng: z.string(),
  /** Only where it is not fresh. */
  noise: z.string().optional(),
  width: z.int().positive(),
  height: z.int().positive(),
  model: z.string().optional(),
  modelHash: z.string().optional(),
  version: z.string().optional(),
});

/** Everything that makes an image again, as it is stored in its file. */
export type GenerationParameters = z.output<typeof parametersSchema>;

/** A recipe as JSON of an image's file, with keys that are not known. @throws AquatintError "image/recipe". */
export function parseParameters(json: unknown, { name }: { readonly name: string }): GenerationParameters {
  const { success, data, error } = parametersSchema.safeParse(json);
  if (success) return data;
  const { path, message } = itemAt(error.issues, 0);
  throw new AquatintError("image/recipe", `the recipe in ${name} is damaged: "${path.join(".")}": ${message}`, {
    hint: "give the image as aquatint wrote it, or name what it should be made with",
  });
}

/** The keys that this version reads of a recipe. */
export const parameterKeys: readonly string[] = Object.keys(parametersSchema.shape);

/** Facts about an image that its plan lacks. */
export interface ParametersSource {
  /** Name of the model: "pixel", "v1-5-pruned-emaonly". */
  readonly model: string;
  /** SHA-256 of the U-Net's file, or of the single file, in hexadecimal digits. */
  readonly modelHash?: string | undefined;
  /** Aquatint's. */
  readonly version: string;
  /** Options of the plan. */
  readonly options: TextToImageOptions;
  /** Networks beside the model. */
  readonly networks?: Pick<ConditionedModel, "loras" | "embeddings"> | undefined;
  /** True if its autoencoder was another's. */
  readonly otherVae?: boolean;
}

/** The recipe of a planned image. */
export const generationParameters = (plan: TextToImagePlan, source: ParametersSource): GenerationParameters => ({
  prompt: plan.prompt,
  negative: plan.negative,
  seed: jsonSeed(plan.seed),
  steps: plan.steps,
  sampler: plan.samplerName,
  guidance: plan.guidance,
  ...(plan.guidanceRescale > 0 && { guidanceRescale: plan.guidanceRescale }),
  ...(plan.guidanceRange && { guidanceRange: [...plan.guidanceRange] }),
  ...conditionsOf(source.options),
  rng: plan.rng,
  ...(plan.noise !== noiseDefaults.noise && { noise: plan.noise }),
  width: plan.width,
  height: plan.height,
  ...imageInputsOf(plan, source),
  model: source.model,
  ...(source.modelHash !== undefined && { modelHash: source.modelHash }),
  version: source.version,
});

const conditionsOf = ({
  clipSkip = 0,
  clipSkipRule = "diffusers",
  hires,
  stepCache,
  ...prompts
}: TextToImageOptions) => ({
  ...(stepCache && { stepCache: { ...stepCache } }),
  ...(clipSkip > 0 && { clipSkip, ...(clipSkipRule !== "diffusers" && { clipSkipRule }) }),
  ...promptsOf(prompts),
  ...(hires && { hires }),
});

const promptsOf = ({
  promptSyntax = DEFAULT_PROMPT_SYNTAX,
  emphasis = DEFAULT_EMPHASIS,
}: Partial<TextToImageOptions>) => ({
  ...(promptSyntax !== DEFAULT_PROMPT_SYNTAX && { promptSyntax }),
  ...(emphasis !== DEFAULT_EMPHASIS && { emphasis }),
});

function imageInputsOf({ init, mask, controls, strength, ...plan }: TextToImagePlan, source: ParametersSource) {
  const inputs = { init, mask, controls: controls.length > 0, vae: source.otherVae };
  const names = Object.entries(inputs).flatMap(([name, value]) => (value ? [name] : []));
  const needs = [...names, ...lorasOf(plan, source), ...wordsOf(plan, source)];
  return { ...(init && { strength }), ...(needs.length > 0 && { needs }) };
}

/** The LoRAs as `--lora` takes them; one of scale 0 changed nothing. */
function lorasOf(
  { conditioning }: Pick<TextToImagePlan, "conditioning">,
  { networks }: ParametersSource,
): readonly string[] {
  const scaled = (networks?.loras ?? []).map(({ name }, i) => [name, conditioning.loraScales[i]] as const);
  return scaled.flatMap(([name, scale]) => (scale === 0 ? [] : [scale === 1 ? name : `${name}:${scale}`]));
}

/** The words of those textual inversions that the prompts call. */
const wordsOf = ({ prompt, negative }: Pick<TextToImagePlan, "prompt" | "negative">, { networks }: ParametersSource) =>
  [...(networks?.embeddings?.keys() ?? [])].filter((word) => prompt.includes(word) || negative.includes(word));

/** The web UI's names of the generators. */
export const rngNames: Readonly<Record<GeneratorName, string>> = { "torch-cpu": "CPU", "cuda-philox": "NV" };

/** The web UI's names of the modes of emphasis. */
export const emphasisNames: Readonly<Record<EmphasisMode, string>> = {
  original: "Original",
  "no-norm": "No norm",
  ignore: "Ignore",
  none: "None",
};

/** Digits of a model's hash that the web UI shows. */
export const SHORT_HASH = 10;

/** A recipe as the texts of an image's file: JSON for us, and the lines that AUTOMATIC1111's web UI and others read. */
export function parameterTexts(recipe: GenerationParameters): ImageTexts {
  const { prompt, negative, steps, sampler, guidance, guidanceRescale, clipSkip, seed, width, height } = recipe;
  const webUi = webUiSampler(sampler);
  const settings = {
    Steps: steps,
    Sampler: webUi.sampler,
    "Schedule type": webUi.schedule,
    "CFG scale": guidance,
    ...(guidanceRescale !== undefined && { "CFG Rescale": guidanceRescale }),
    Seed: seed,
    RNG: rngNames[recipe.rng as GeneratorName],
    Size: `${width}x${height}`,
    "Model hash": recipe.modelHash?.slice(0, SHORT_HASH),
    Model: quoted(recipe.model ?? ""),
    // the web UI counts from the last layer, which is 1
    ...(clipSkip !== undefined && { "Clip skip": clipSkip + 1 }),
    ...(recipe.emphasis !== undefined && { Emphasis: emphasisNames[recipe.emphasis] }),
    Version: `aquatint ${recipe.version}`,
  };
  const lines = [
    prompt,
    ...(negative ? [`Negative prompt: ${negative}`] : []),
    Object.entries(settings)
      .flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}`))
      .join(", "),
  ];
  return { aquatint: JSON.stringify(recipe), parameters: lines.join("\n") };
}

/** As the web UI writes a value with a comma, a colon or a line in it. */
const quoted = (value: string): string => (/[,:\n"]/.test(value) ? JSON.stringify(value) : value);

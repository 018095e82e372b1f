import type { ImageTexts } from "../../formats/image/image-texts.ts";
import type { GeneratorName } from "../../math/generators.ts";
import { jsonSeed } from "../../math/random.ts";
import { DEFAULT_EMPHASIS, type EmphasisMode } from "../../tokenizers/emphasis.ts";
import { DEFAULT_PROMPT_SYNTAX } from "../../tokenizers/plain-prompt.ts";
import type { ConditionedModel } from "../conditioning/plan.ts";
import { hiresFixDefaults } from "../text-to-image/hires-fix.ts";
import { noiseDefaults } from "../text-to-image/noise.ts";
import type { TextToImageOptions } from "../text-to-image/options.ts";
import type { TextToImagePlan } from "../text-to-image/plan.ts";
import type { WebUiSampler } from "./a1111.ts";
import type { GenerationParameters } from "./recipe.ts";

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
  readonly networks?: Pick<ConditionedModel, "loras" | "embeddings" | "fewSteps"> | undefined;
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
  ...(source.networks?.fewSteps && { fewSteps: true }),
  ...(plan.variation && { variation: { ...plan.variation, seed: jsonSeed(plan.variation.seed) } }),
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
  const loras = (networks?.loras ?? []).filter(({ fixed }) => !fixed); // fixed ones are last
  const scaled = loras.map(({ name }, i) => [name, conditioning.loraScales[i]] as const);
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
export function parameterTexts(recipe: GenerationParameters, webUi: WebUiSampler): ImageTexts {
  const { prompt, negative, steps, guidance, guidanceRescale, clipSkip, seed, width, height } = recipe;
  const settings = {
    Steps: steps,
    Sampler: webUi.sampler,
    "Schedule type": webUi.schedule,
    "CFG scale": guidance,
    ...(guidanceRescale !== undefined && { "CFG Rescale": guidanceRescale }),
    Seed: seed,
    "Variation seed": recipe.variation?.seed,
    "Variation seed strength": recipe.variation?.strength,
    RNG: rngNames[recipe.rng as GeneratorName],
    Size: `${width}x${height}`,
    "Model hash": recipe.modelHash?.slice(0, SHORT_HASH),
    Model: quoted(recipe.model ?? ""),
    ...changesOf(recipe),
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

/** The web UI's settings of an image that began with another, and of a hires fix. */
const changesOf = ({ strength, hires }: GenerationParameters) => ({
  "Denoising strength": hires ? (hires.strength ?? hiresFixDefaults.strength) : strength,
  "Hires upscale": hires?.scale,
  "Hires steps": hires?.steps,
  "Hires upscaler": hires && "Lanczos",
});

/** As the web UI writes a value with a comma, a colon or a line in it. */
const quoted = (value: string): string => (/[,:\n"]/.test(value) ? JSON.stringify(value) : value);

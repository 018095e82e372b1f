import { z } from "zod";
import type { ModelCatalog, ModelFile } from "../../models/catalog.ts";
import type { UserOptions } from "../../models/user-options.ts";
import { number } from "../fields.ts";
import { notHere } from "./error.ts";

/** The settings of a user that change images; settings are kept and change nothing. */
const effectSchema = z.object({
  sd_model_checkpoint: z.string().nullish(),
  sd_vae: z.string().nullish(),
  CLIP_stop_at_last_layers: number(z.int().min(1).max(13)).default(1),
  samples_format: z.enum(["png", "jpg", "jpeg", "webp"]).default("png"),
  jpeg_quality: number(z.int().min(1).max(100)).default(80),
  randn_source: z.enum(["GPU", "CPU", "NV"]).default("GPU"),
  emphasis: z.enum(["Original", "No norm", "Ignore", "None"]).default("Original"),
});
const emphases = { Original: "original", "No norm": "no-norm", Ignore: "ignore", None: "none" } as const;

/** Settings that override a request's without an effect here. */
const withoutEffect = new Set([
  "sd_checkpoint_cache",
  "live_previews_enable",
  "show_progress_every_n_steps",
  "save_images",
  "filter_nsfw",
]);

/** The name of a model in the web UI's lists, with its hash where it is known. */
export const titleOf = ({ fileName, hash }: ModelFile): string =>
  hash ? `${fileName} [${hash.slice(0, 10)}]` : fileName;

/** Keeps options of a user; those that change images must be right. @throws ZodError. */
export async function changeOptions(
  { options, models }: { readonly options: UserOptions; readonly models: ModelCatalog },
  owner: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { sd_model_checkpoint: model } = effectSchema.partial().parse(changes);
  if (model) await models.find("model", model);
  await options.change(owner, changes);
}

/** The options of a user with the defaults of those that are read. */
export async function readOptions(options: UserOptions, models: ModelCatalog, owner: string) {
  const { sd_model_checkpoint: title, sd_checkpoint_hash: _, ...stored } = await options.read(owner);
  const model = await chosenModel(models, title);
  const defaults = {
    sd_vae: "Automatic",
    CLIP_stop_at_last_layers: 1,
  };
  const settings = {
    samples_format: "png",
    jpeg_quality: 80,
    randn_source: "GPU",
    emphasis: "Original",
  };
  const current = { sd_model_checkpoint: model ? titleOf(model) : title, sd_checkpoint_hash: model?.hash ?? "" };
  return { ...defaults, ...settings, ...stored, ...current };
}

/** The model of a title, whose hash may be that of an earlier file; the first one without a title. */
const chosenModel = (models: ModelCatalog, title: unknown): Promise<ModelFile | undefined> =>
  models.find("model", typeof title === "string" && title !== "" ? title : undefined).catch(() => undefined);

/** What a user's options and a request's `override_settings` choose of a job. @throws WebUiError for an override that is not here. */
export async function chosenSettings(
  { options }: { readonly options: UserOptions },
  owner: string,
  override: Readonly<Record<string, unknown>>,
) {
  const unknown = Object.keys(override).find((key) => !(key in effectSchema.shape) && !withoutEffect.has(key));
  if (unknown !== undefined) throw notHere(`override_settings.${unknown}`, "leave it out");
  const settings = effectSchema.parse({ ...(await options.read(owner)), ...override });
  const { sd_model_checkpoint: model, sd_vae: vae, CLIP_stop_at_last_layers: layers } = settings;
  const isVae = vae != null && !["", "automatic", "none"].includes(vae.toLowerCase());
  const format = settings.samples_format === "jpg" ? "jpeg" : settings.samples_format;
  return {
    ...(model ? { model } : {}),
    ...(isVae ? { vae } : {}),
    clipSkip: layers - 1,
    clipSkipRule: "a1111" as const,
    rng: settings.randn_source === "CPU" ? ("torch-cpu" as const) : ("cuda-philox" as const),
    emphasis: emphases[settings.emphasis],
    format,
    ...(format === "png" ? {} : { quality: settings.jpeg_quality }),
  };
}

import type { Runtime, TextToImageModel } from "aquatint";
import { type Denoiser, networkDenoiser, type SchedulerSettings } from "aquatint/diffusion";
import { type ProgramObserver, plainCaptions, textToImageNetwork } from "aquatint/pipelines";
import { AquatintError } from "aquatint/util";

/** A trained pixel model as the theory sees it. */
export interface PixelDenoiser extends AsyncDisposable {
  /** The model's folder, or its name. */
  readonly name: string;
  readonly settings: SchedulerSettings;
  /** Height and width that it was trained at, in pixels. */
  readonly size: number;
  /** The denoiser of a batch that is told one caption for each image: x is [n, 3, size, size]. */
  conditioned(captions: readonly string[], signal?: AbortSignal): Promise<Denoiser>;
}

/** Input of `pixelDenoiser`. */
export interface PixelDenoiserInput {
  readonly name: string;
  readonly model: TextToImageModel;
  readonly runtime: Runtime;
  /** Takes what the networks compute inside. */
  readonly observer?: ProgramObserver | undefined;
}

/** A pixel model on a runtime as a denoiser; it closes both. @throws AquatintError "model/latent" for a model of latents. */
export async function pixelDenoiser({ name, model, runtime, observer }: PixelDenoiserInput): Promise<PixelDenoiser> {
  const { modules, tokenizers, scheduler: settings, binding } = model;
  checkPixels(name, model);
  const network = textToImageNetwork({ runtime, modules, observer, ...(await binding()) });
  const { channels, sampleSize: size } = modules;
  return {
    name,
    settings,
    size,
    async conditioned(captions, signal) {
      const conditions = await network.encode(plainCaptions(tokenizers, captions), { signal });
      const shape = [captions.length, channels, size, size];
      const predict = (data: Float32Array, t: number) =>
        network.predict({ dtype: "float32", shape, data }, t, conditions, { signal });
      return settings.x0Transform(
        networkDenoiser(settings, { network: predict, rows: captions.length }),
        captions.length,
      );
    },
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** The theory is about pixels: a latent model's U-Net knows no image, only what its autoencoder makes of one. */
export function checkPixels(name: string, { modules }: Pick<TextToImageModel, "modules">): void {
  if (!modules.vae) return;
  const reason = "its U-Net denoises an autoencoder's latents and not pixels, so it has no likelihood of an image";
  throw new AquatintError("model/latent", `${name} is a latent model: ${reason}`, {
    hint: "give the folder of a pixel model, such as one that aquatint train wrote, or leave --model out",
  });
}

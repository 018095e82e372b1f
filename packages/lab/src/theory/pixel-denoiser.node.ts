import { defaultModelFolder, nodeRuntime, openTextToImage } from "aquatint/node";
import { checkPixels, type PixelDenoiser, pixelDenoiser } from "./pixel-denoiser.ts";

/** Which model is opened; the default one of pixels when absent. */
export interface PixelDenoiserOptions {
  readonly model?: string | undefined;
  readonly threads?: number | undefined;
}

/** Loads a pixel model as a denoiser. @throws AquatintError "model/latent" for a model of latents. */
export async function openPixelDenoiser({ model, threads }: PixelDenoiserOptions = {}): Promise<PixelDenoiser> {
  const name = model ?? (await defaultModelFolder({ among: ["pixel"] }));
  const opened = await openTextToImage(name);
  checkPixels(name, opened);
  return pixelDenoiser({ name, model: opened, runtime: await nodeRuntime({ ...(threads && { threads }) }) });
}

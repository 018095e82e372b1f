import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { trainBytePairs } from "../packages/aquatint/src/tokenizers/train.ts";
import { randomModel } from "../packages/aquatint/test/tiny-pixel-model.ts";
import { root } from "../test/tree.ts";

const recipe = async (name: string) =>
  JSON.parse(await readFile(join(root, `recipes/emoji/${name}.json`), "utf8")).model;

/** The files of a model of the shape that the recipes of the latent model train, 64 x 64 pixels, with random weights. */
export async function recipeShapedModel(): Promise<ReadonlyMap<string, Uint8Array | string>> {
  const [clip, autoencoder, latent] = await Promise.all(["clip", "autoencoder", "latent"].map(recipe));
  const { context, merges } = clip.tokenizer;
  const { vae } = autoencoder;
  const { unet, scheduler, generation } = latent;
  const channels = vae.latent_channels;
  const sized = { ...unet, sample_size: 16, in_channels: channels, out_channels: channels };
  const words = ["an astronaut riding a horse, sky blue background", "a red apple to the left of a hamburger"];
  const tokenizer = trainBytePairs(words, { merges, contextLength: context });
  const configs = { unet: sized, text_encoder: clip.text_encoder, vae, scheduler, generation };
  return randomModel({ configs, tokenizer });
}

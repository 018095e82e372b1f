/**
 * `npx tsx scripts/latent-rgb.ts VAE_FOLDER IMAGES...` fits the linear map from an autoencoder's latents to colors to
 * some images, and writes it into the folder's config.json, where previews find it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bindWeights } from "../packages/aquatint/src/checkpoints/bind-weights.ts";
import { openModel } from "../packages/aquatint/src/checkpoints/open.node.ts";
import { compile } from "../packages/aquatint/src/compiler/compile.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/files.node.ts";
import { flattenAlpha, imageToTensor } from "../packages/aquatint/src/formats/image/image.ts";
import { readImage } from "../packages/aquatint/src/formats/image/read-image.node.ts";
import { fitted } from "../packages/aquatint/src/formats/image/resize.ts";
import {
  AutoencoderKL,
  downsampling,
  parseAutoencoderConfig,
  scaleLatent,
} from "../packages/aquatint/src/models/autoencoder/index.ts";
import { parameters } from "../packages/aquatint/src/nn/module.ts";
import { input } from "../packages/aquatint/src/ops/leaves.ts";
import { fitLatentRgb, LATENT_RGB_KEY } from "../packages/aquatint/src/pipelines/preview/preview.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/runtime.node.ts";

/** Sides of the images as the autoencoder sees them, in latents. */
const SIDE = 32;

const [folder, ...files] = process.argv.slice(2);
if (!folder || files.length === 0) throw new Error("usage: npx tsx scripts/latent-rgb.ts VAE_FOLDER IMAGES...");
const { className, config, weights } = [...(await openModel(folder)).components.values()][0]!;
if (className !== "AutoencoderKL") throw new Error(`${folder} holds a ${className}, expected an AutoencoderKL`);

const vae = AutoencoderKL(parseAutoencoderConfig(config));
const factor = downsampling(vae.config);
const side = SIDE * factor;
const x = input({ name: "x", dtype: "float32", shape: [1, 3, side, side] });
const output = scaleLatent(vae.encode(x).mean, vae.config);
await using runtime = await nodeRuntime();
const encode = await runtime.load(compile({ outputs: { output }, ...(await bindWeights(parameters(vae), weights)) }));
const latents: number[] = [];
const pixels: number[] = [];
for (const file of files) {
  const image = fitted(flattenAlpha(await readImage(file)), { width: side, height: side });
  const data = imageToTensor(image);
  const encoded = await encode.run({ x: { dtype: "float32", shape: [1, 3, side, side], data } });
  for (const z of encoded["output"]!.data) latents.push(Number(z));
  for (const v of imageToTensor(fitted(image, { width: SIDE, height: SIDE }))) pixels.push(v);
}
const [channels, plane] = [vae.config.latent_channels, SIDE * SIDE];
const map = fitLatentRgb({ latents: Float32Array.from(latents), pixels: Float32Array.from(pixels), channels, plane });
const path = join(folder, "config.json");
const content = { ...JSON.parse(readFileSync(path, "utf8")), [LATENT_RGB_KEY]: map };
await writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(map)}\n`);

import type { Latent } from "../../diffusion/process/latent.ts";
import { AquatintError } from "../../errors.ts";
import { type Image, tensorToImage } from "../../formats/image/image.ts";
import { addOuter, entryAt, zeroMatrix } from "../../math/matrix.ts";
import { solve } from "../../math/solve.ts";
import { addScaled } from "../../math/vector.ts";
import type { LatentRgb, Rgb } from "../../models/latent-rgb.ts";
import { field, isJsonObject, listOf, readFields, type ValueType } from "../../util/fields.ts";
import { itemAt } from "../../util/items.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import type { TextToImagePlan } from "../text-to-image/plan.ts";

/** The shape of one image's latent. */
export type LatentShape = TextToImagePlan["latentShape"];

/** Turns the x_0 that the network believes in, [c, h, w] in its own scale, into a small image, cheaply. */
export type Previewer = (x0: Latent, shape: LatentShape) => Promise<Image> | Image;

/** x_0 of a model of pixels is an image. */
export const pixelPreview: Previewer = (x0, [channels, height, width]) =>
  tensorToImage(x0.subarray(0, channels * height * width), { width, height });

/** A preview of one pixel a latent, by a linear map. */
export const linearPreview =
  ({ factors, bias }: LatentRgb): Previewer =>
  (x0, [channels, height, width]) => {
    const plane = width * height;
    const values = new Float32Array(3 * plane);
    for (const [color, start] of bias.entries()) {
      const channel = values.subarray(color * plane, (color + 1) * plane).fill(start);
      for (let c = 0; c < channels; c++) {
        addScaled(channel, itemAt(itemAt(factors, c), color), x0.subarray(c * plane, (c + 1) * plane));
      }
    }
    return tensorToImage(values, { width, height });
  };

/** Key of an autoencoder's config with the map to RGB: diffusers passes over keys that begin with a line. */
export const LATENT_RGB_KEY = "_latent_rgb";

const isRgb = (value: unknown): value is Rgb =>
  Array.isArray(value) && value.length === 3 && value.every((v) => Number.isFinite(v));
const rgb: ValueType<Rgb> = { values: "a list of three numbers", accepts: isRgb };
const latentRgbFields = { factors: field(listOf(rgb, { min: 1 }), []), bias: field(rgb, [0, 0, 0]) };

/** The map in an autoencoder's config, if it has one. @throws AquatintError "model/latent-rgb" for a wrong one. */
export function latentRgbIn(config: Readonly<Record<string, unknown>>): LatentRgb | undefined {
  const value = config[LATENT_RGB_KEY];
  if (value === undefined) return undefined;
  const names = Object.keys(latentRgbFields);
  if (!isJsonObject(value)) throw wrongMap([], "it is not a JSON object");
  const keys = Object.keys(value);
  const odd = [...keys.filter((key) => !names.includes(key)), ...names.filter((key) => !keys.includes(key))][0];
  if (odd !== undefined) throw wrongMap([odd], keys.includes(odd) ? "it is not a key of the map" : "it is missing");
  return readFields(latentRgbFields, value, ({ path, expected, actual }) =>
    wrongMap([path], `expected ${expected}, got ${actual}`),
  );
}

const wrongMap = (path: readonly string[], problem: string) =>
  new AquatintError("model/latent-rgb", `"${[LATENT_RGB_KEY, ...path].join(".")}" of the autoencoder: ${problem}`, {
    hint: "it holds factors, three numbers for each channel, and a bias of three",
  });

/** The cheapest previewer of a model, without a network: of pixels, or by the map of its autoencoder or family; undefined where neither is known. */
export function modelPreviewer({
  configs,
  latentRgb,
}: Pick<TextToImageModel, "configs" | "latentRgb">): Previewer | undefined {
  if (!configs.vae) return pixelPreview;
  const map = latentRgbIn(configs.vae) ?? latentRgb;
  return map && linearPreview(map);
}

/** Pairs to fit a map to. */
export interface LatentPixels {
  /** Latents in the U-Net's scale, [n, c, h, w]. */
  readonly latents: Float32Array;
  /** Pixels of the latents, averaged to one pixel a latent: [n, 3, h, w] in -1 .. 1. */
  readonly pixels: Float32Array;
  readonly channels: number;
  /** h w */
  readonly plane: number;
}

/** A little of each unknown's square, a pixel, so that images of few colors have one answer, too. */
const RIDGE = 1e-6;

/** The map with the least squared error, by the normal equations of each color. */
export function fitLatentRgb({ latents, pixels, channels, plane }: LatentPixels): LatentRgb {
  const n = latents.length / (channels * plane);
  const rows = channels + 1; // the last unknown is the bias
  const gram = zeroMatrix(rows, rows);
  const right = zeroMatrix(3, rows);
  for (const [a, row] of gram.entries()) row[a] = RIDGE * n * plane;
  const value = new Float64Array(rows).fill(1);
  const color = new Float64Array(3);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) value[c] = latents[(k * channels + c) * plane + i]!;
      for (let c = 0; c < 3; c++) color[c] = pixels[(k * 3 + c) * plane + i]!;
      addOuter(gram, value, value);
      addOuter(right, color, value);
    }
  }
  const maps = right.map((side) => Float64Array.from(solve(gram, side), (v) => Number(v.toPrecision(4))));
  const at = (row: number) => [entryAt(maps, 0, row), entryAt(maps, 1, row), entryAt(maps, 2, row)] as const;
  return { factors: Array.from({ length: channels }, (_, c) => at(c)), bias: at(channels) };
}

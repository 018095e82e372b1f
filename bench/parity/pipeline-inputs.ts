import { join } from "node:path";
import { readText } from "../../packages/aquatint/src/formats/files.node.ts";
import type { ImageValues } from "../../packages/aquatint/src/formats/image/values.ts";
import { parseJsonObject } from "../../packages/aquatint/src/formats/json.ts";
import { toFloat32 } from "../../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensors } from "../../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { sizeOf } from "../../packages/aquatint/src/graph/types.ts";
import { withControlNets } from "../../packages/aquatint/src/pipelines/adapters/controlnet.node.ts";
import type { TextToImageModel } from "../../packages/aquatint/src/pipelines/model/model-folder.ts";
import type { Img2ImgOptions } from "../../packages/aquatint/src/pipelines/text-to-image/img2img.ts";
import { type NoiseStreams, noiseStreams } from "../../packages/aquatint/src/pipelines/text-to-image/noise.ts";
import type { TextToImagePlan } from "../../packages/aquatint/src/pipelines/text-to-image/plan.ts";
import { entriesOf } from "./check.ts";

/** What a case's inputs are made of. */
export interface InputSite {
  readonly tensors: RawTensors;
  /** Folders of the ControlNets that lie beside the checkpoints. */
  readonly controlNets: readonly string[];
}
/** One run of a pipeline: its name says what it is given besides its arguments. */
export interface NamedCase {
  readonly name: string;
  /** diffusers' arguments; with several ControlNets a number for each. */
  readonly args: Readonly<Record<string, string | number | readonly number[]>>;
}
/** Arguments that are read here. */
export const inputArguments = [
  "num_images_per_prompt",
  "controlnet_conditioning_scale",
  "control_guidance_start",
  "control_guidance_end",
];

/** Which tensors a case is given, by its name: no argument says it. */
const inputs = [
  { pattern: /img2img/, tensors: ["init_image"], control: false },
  { pattern: /inpaint/, tensors: ["init_image", "mask"], control: false },
  { pattern: /controlnet/, tensors: ["init_image"], control: true },
] as const;
const inputsOf = (name: string) => inputs.find(({ pattern }) => pattern.test(name));

/** What a case needs and a folder lacks, if it lacks something. */
export function missingFor({ name, args }: NamedCase, { tensors, controlNets }: InputSite): string | undefined {
  const needs = inputsOf(name);
  if (needs && !needs.control && Number(args["num_images_per_prompt"] ?? 1) > 1) {
    return "each image of a batch draws a latent of the first image for itself here";
  }
  const missing = needs?.tensors.find((key) => !tensors.has(key));
  if (missing !== undefined) return `the tensors hold no ${missing}`;
  const [nets, available] = [needs?.control ? scalesOf(args).length : 0, controlNets.length];
  return available < nets ? `the folder holds ${available} ControlNets, expected ${nets}` : undefined;
}

/** The images that a case is given, as options of a plan; without a size of its own it has the image's. */
export function canvasOf({ name, args }: NamedCase, { tensors }: InputSite): Img2ImgOptions & Partial<Sides> {
  const needs = inputsOf(name);
  if (!needs) return {};
  const [image, mask] = needs.tensors.map((key) => planes(tensors, key));
  const init = { ...image!, data: image!.data.map((v) => 2 * v - 1) };
  const sides = { width: init.width, height: init.height };
  if (!needs.control) return { ...sides, init, ...(mask && { mask }) };
  const [starts, ends] = [args["control_guidance_start"], args["control_guidance_end"]];
  const at = (value: NamedCase["args"][string] | undefined, i: number) =>
    value === undefined ? undefined : Number([value].flat()[i]);
  const controls = scalesOf(args).map((scale, i) => ({ image: init, scale, start: at(starts, i), end: at(ends, i) }));
  return { ...sides, controls };
}
const scalesOf = (args: NamedCase["args"]): readonly number[] =>
  [args["controlnet_conditioning_scale"] ?? 1].flat().map(Number);
type Sides = Pick<ImageValues, "width" | "height">;

function planes(tensors: RawTensors, key: string): ImageValues {
  const raw = tensors.get(key)!;
  const [height, width] = raw.shape.slice(-2);
  return { width: width!, height: height!, data: toFloat32(raw, { name: key }) };
}

/** The model with the folder's ControlNets beside it, where the case has some. */
export const modelOf = ({ name, args }: NamedCase, { controlNets }: InputSite, model: TextToImageModel) =>
  withControlNets(model, inputsOf(name)?.control ? controlNets.slice(0, scalesOf(args).length) : []);

/** The folders in a folder whose config is of a class. */
export async function foldersOf(className: string, folder: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry, "config.json");
    const text = await readText(path).catch(() => "{}");
    if (parseJsonObject(text, { name: path })["_class_name"] === className) folders.push(join(folder, entry));
  }
  return folders;
}

/** One stream for all images: each draw is made for all of them at once, as diffusers' pipelines do with one generator. */
export function sharedDraws(plan: TextToImagePlan, count: number): readonly NoiseStreams[] {
  const size = sizeOf(plan.latentShape);
  const { start, noise } = noiseStreams(plan, count * size);
  const draws: Float32Array[] = [];
  return Array.from({ length: count }, (_, k) => {
    let drawn = 0;
    const slice = (draw: () => Float32Array) => {
      if (draws.length === drawn) draws.push(draw());
      return draws[drawn++]!.slice(k * size, (k + 1) * size);
    };
    const randn = () => slice(() => start.randn(count * size));
    return { start: { ...start, randn }, noise: (from, to) => slice(() => noise(from, to)) };
  });
}

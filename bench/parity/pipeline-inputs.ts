import { join } from "node:path";
import { toFloat32 } from "../../packages/aquatint/src/formats/half.ts";
import { parseJsonObject } from "../../packages/aquatint/src/formats/json.ts";
import { readText } from "../../packages/aquatint/src/formats/node.ts";
import type { RawTensors } from "../../packages/aquatint/src/formats/safetensors.ts";
import type { PictureValues } from "../../packages/aquatint/src/formats/values.ts";
import { sizeOf } from "../../packages/aquatint/src/graph/types.ts";
import type { CanvasOptions } from "../../packages/aquatint/src/pipelines/canvas.ts";
import { type Draws, drawsOf } from "../../packages/aquatint/src/pipelines/draws.ts";
import type { TextToImageModel } from "../../packages/aquatint/src/pipelines/model-folder.ts";
import { withControlNets } from "../../packages/aquatint/src/pipelines/node-control.ts";
import type { TextToImagePlan } from "../../packages/aquatint/src/pipelines/text-to-image.ts";
import { entriesOf } from "./check.ts";

/** What a case's inputs are made of. */
export interface InputSite {
  readonly tensors: RawTensors;
  /** Folder of the ControlNet that lies beside the checkpoints. */
  readonly controlNet: string | undefined;
}
interface NamedCase {
  readonly name: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Which tensors a case is given, by its name: no argument says it. */
const inputs = [
  { named: /img2img/, tensors: ["init_image"], control: false },
  { named: /inpaint/, tensors: ["init_image", "mask"], control: false },
  { named: /controlnet/, tensors: ["init_image"], control: true },
] as const;
const inputsOf = (name: string) => inputs.find(({ named }) => named.test(name));

/** What a case needs and a folder lacks, if it lacks something. */
export function missingFor(name: string, { tensors, controlNet }: InputSite): string | undefined {
  const wanted = inputsOf(name);
  const missing = wanted?.tensors.find((key) => !tensors.has(key));
  if (missing !== undefined) return `the tensors hold no ${missing}`;
  return wanted?.control && controlNet === undefined ? "the folder holds no ControlNet" : undefined;
}

/** The pictures that a case is given, as options of a plan; without a size of its own it has the picture's. */
export function canvasOf({ name, args }: NamedCase, { tensors }: InputSite): CanvasOptions & Partial<Sides> {
  const wanted = inputsOf(name);
  if (!wanted) return {};
  const [picture, mask] = wanted.tensors.map((key) => planes(tensors, key));
  const init = { ...picture!, data: picture!.data.map((v) => 2 * v - 1) };
  const sides = { width: init.width, height: init.height };
  if (!wanted.control) return { ...sides, init, ...(mask && { mask }) };
  const scale = Number(args["controlnet_conditioning_scale"] ?? 1);
  return { ...sides, controls: [{ picture: init, scale }] };
}
type Sides = Pick<PictureValues, "width" | "height">;

function planes(tensors: RawTensors, key: string): PictureValues {
  const raw = tensors.get(key)!;
  const [height, width] = raw.shape.slice(-2);
  return { width: width!, height: height!, data: toFloat32(raw, { name: key }) };
}

/** The model with the folder's ControlNet beside it, where the case has one. */
export const steered = ({ name }: NamedCase, { controlNet }: InputSite, model: TextToImageModel) =>
  withControlNets(model, inputsOf(name)?.control && controlNet !== undefined ? [controlNet] : []);

/** The folder of a ControlNet in a folder. */
export async function controlNetIn(folder: string): Promise<string | undefined> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry, "config.json");
    const text = await readText(path).catch(() => "{}");
    if (parseJsonObject(text, { name: path })["_class_name"] === "ControlNetModel") return join(folder, entry);
  }
  return undefined;
}

/** One stream for all pictures: each draw is made for all of them at once, as diffusers' pipelines do with one generator. */
export function sharedDraws(plan: TextToImagePlan, count: number): readonly Draws[] {
  const size = sizeOf(plan.latentShape);
  const { start, noise } = drawsOf(plan, count * size);
  const made: Float32Array[] = [];
  return Array.from({ length: count }, (_, k) => {
    let taken = 0;
    const own = (draw: () => Float32Array) => {
      const all = (made[taken] ??= draw());
      taken++;
      return all.slice(k * size, (k + 1) * size);
    };
    const randn = () => own(() => start.randn(count * size));
    return { start: { ...start, randn }, noise: (from, to) => own(() => noise(from, to)) };
  });
}

import { AquatintError } from "../../errors.ts";
import { parseJsonObject } from "../../formats/json.ts";
import { fromFloat32, toFloat32 } from "../../formats/safetensors/half.ts";
import { currentKeys } from "../../formats/safetensors/renamed-keys.ts";
import { encodeSafetensors, parseSafetensors } from "../../formats/safetensors/safetensors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { expectKeys } from "../../nn/module.ts";
import type { ModelSource } from "./source.ts";

const diffusers = (className: string) => ({
  library: "diffusers",
  file: "diffusion_pytorch_model.safetensors",
  marks: { _class_name: className },
});
const transformers = (className: string, model_type: string) => ({
  library: "transformers",
  file: "model.safetensors",
  marks: { architectures: [className], model_type },
});

const own = (className: string) => ({
  library: "aquatint",
  file: "model.safetensors",
  marks: { _class_name: className },
});

/** How each class of model lies in a folder: whose it is, the file of its weights, and what its config says of itself. */
export const published = {
  AutoencoderKL: diffusers("AutoencoderKL"),
  CLIPModel: transformers("CLIPModel", "clip"),
  CLIPTextModel: transformers("CLIPTextModel", "clip_text_model"),
  CLIPTextModelWithProjection: transformers("CLIPTextModelWithProjection", "clip_text_model"),
  ConditionalGenerator: own("ConditionalGenerator"),
  ConditionalVAE: own("ConditionalVAE"),
  PictureClassifier: own("PictureClassifier"),
  UNet2DConditionModel: diffusers("UNet2DConditionModel"),
} as const;
/** A class of model that lies in a folder of its own. */
export type PublishedClass = keyof typeof published;

/** A JSON object of a model folder. @throws AquatintError "model/json" for anything else. */
export async function readJson(source: ModelSource, path: string): Promise<Readonly<Record<string, unknown>>> {
  return parseJsonObject(new TextDecoder().decode(await source.read(path)), { name: `${source.name}/${path}` });
}

/** The same for a file that may be missing. */
export const readOptionalJson = (source: ModelSource, path: string): Promise<Record<string, unknown> | undefined> =>
  readJson(source, path).catch((error: unknown) => {
    if (error instanceof AquatintError && error.code === "file/missing") return undefined;
    throw error;
  });

/** JSON as it stands in a model folder. */
export const encodeJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Where a component lies: "" is the folder itself. */
const inside = (folder: string, file: string): string => (folder ? `${folder}/${file}` : file);

/** What is read of a component. */
export interface ComponentRequest {
  readonly folder: string;
  readonly className: PublishedClass;
  /** The module's parameters, all of which must be there. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Which of the file's tensors belong to them, where the file holds more; all when absent. */
  readonly only?: (key: string) => boolean;
}

/** A component's weights by today's names, widened to float32. @throws CheckpointError where they are not the module's. */
export async function readWeights(
  source: ModelSource,
  { folder, className, parameters, only = () => true }: ComponentRequest,
): Promise<Map<string, HostTensor>> {
  const path = inside(folder, published[className].file);
  const name = `${source.name}/${path}`;
  const { tensors } = parseSafetensors(await source.read(path), { name });
  const own = new Map([...currentKeys(tensors, { name })].filter(([key]) => only(key)));
  expectKeys(name, parameters, own);
  return new Map(
    Array.from(own, ([key, raw]) => {
      return [key, { dtype: "float32", shape: raw.shape, data: toFloat32(raw, { name: key }) }] as const;
    }),
  );
}

/** What is written of a component. */
export interface ComponentContent {
  readonly folder: string;
  readonly className: PublishedClass;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly dtype?: "F16" | "F32";
}

/** The files of a component, by their paths. */
export function encodeComponent(content: ComponentContent): [path: string, bytes: Uint8Array | string][] {
  const { folder, className, config, weights, dtype = "F16" } = content;
  const { file, marks } = published[className];
  const raw = Array.from(weights, ([name, { data, shape }]) => {
    return [name, fromFloat32(data as Float32Array, shape, dtype)] as const;
  });
  return [
    [inside(folder, file), encodeSafetensors(new Map(raw), { format: "pt" })],
    [inside(folder, "config.json"), encodeJson({ ...marks, ...config })],
  ];
}

import { pathIn } from "../../checkpoints/files.ts";
import { fromFloat32 } from "../../formats/safetensors/half.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { type ModelClassName, modelClasses } from "../../models/classes.ts";

/** JSON as it stands in a model folder. */
export const encodeJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Content of a component's folder. */
export interface ComponentContent {
  readonly folder: string;
  readonly className: ModelClassName;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly dtype?: "F16" | "F32";
}

/** The files of a component, by their paths. */
export function encodeComponent(content: ComponentContent): [path: string, bytes: Uint8Array | string][] {
  const { folder, className, config, weights, dtype = "F16" } = content;
  const { weightsFile, marks } = modelClasses[className];
  const raw = Array.from(weights, ([name, tensor]) => {
    return [name, fromFloat32(float32Data(tensor), tensor.shape, dtype)] as const;
  });
  return [
    [pathIn(folder, `${weightsFile}.safetensors`), encodeSafetensors(new Map(raw), { format: "pt" })],
    [pathIn(folder, "config.json"), encodeJson({ ...marks, ...config })],
  ];
}

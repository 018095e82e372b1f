import type { SafetensorsHeader } from "../formats/safetensors/safetensors.ts";
import { detectedClass } from "../models/classes.ts";
import { isEmbedding } from "./embedding.ts";
import { isLora } from "./lora/file.ts";
import { isSingleFile } from "./single-file/single-file.ts";

/** Purpose of a safetensors file, by the names of its tensors. */
export type FileKind = "single-file" | "component" | "lora" | "embedding" | "unknown";

const kinds: readonly (readonly [kind: FileKind, is: (header: SafetensorsHeader) => boolean])[] = [
  ["lora", isLora],
  ["single-file", isSingleFile],
  ["component", ({ tensors }) => detectedClass(tensors) !== undefined],
  ["embedding", isEmbedding],
];

/** Says what a file is. */
export function identify(header: SafetensorsHeader): { readonly kind: FileKind } {
  return { kind: kinds.find(([, is]) => is(header))?.[0] ?? "unknown" };
}

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dtypeBytes, type SafetensorsDType } from "../formats/safetensors/header.ts";
import type { SafetensorsHeader, TensorEntry } from "../formats/safetensors/safetensors.ts";
import type { WeightFile } from "./types.ts";

type Tensors = Readonly<Record<string, readonly [dtype: SafetensorsDType, shape: readonly number[]]>>;
/** The tensors of a single file, and from which of them each weight of the same model's folder was made: found by comparing their bytes. */
export interface NamesCase {
  readonly tensors: Tensors;
  readonly weights: Readonly<
    Record<
      string,
      | readonly [null, readonly number[]]
      | readonly [key: string, third: number | "transposed", shape: readonly number[]]
    >
  >;
}
type Names = Readonly<Record<"tiny-sd1" | "tiny-sd2" | "tiny-sdxl", NamesCase>> &
  Readonly<Record<"lora-kohya" | "lora-peft-alpha8", Tensors>>;

/** Names and shapes of small published checkpoints and LoRAs. */
export const names: Names = JSON.parse(
  gunzipSync(readFileSync(new URL("../../test/fixtures/checkpoints/names.json.gz", import.meta.url))).toString(),
);

/** A header of these tensors, one after the other. */
export function headerOf(tensors: Tensors, metadata: Readonly<Record<string, string>> = {}): SafetensorsHeader {
  let offset = 8;
  const entries = new Map<string, TensorEntry>();
  for (const [key, [dtype, shape]] of Object.entries(tensors)) {
    const length = shape.reduce((n, d) => n * d, dtypeBytes[dtype]);
    entries.set(key, { dtype, shape, offset, length });
    offset += length;
  }
  return { metadata, tensors: entries };
}

/** A file of weights that nothing is read of. */
export const unreadFile = (name: string): WeightFile => ({
  name,
  read: () => Promise.reject(new Error(`${name} is not to be read`)),
});

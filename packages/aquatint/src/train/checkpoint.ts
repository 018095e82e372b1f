import { AquatintError } from "../errors.ts";
import { fromFloat32, toFloat32 } from "../formats/half.ts";
import { encodeSafetensors, parseSafetensors, type RawTensor } from "../formats/safetensors.ts";
import type { HostTensors } from "../graph/types.ts";
import type { Position } from "./objective.ts";

/** A run as it stands after a step: enough to go on as if nothing had happened. */
export interface Checkpoint {
  readonly step: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number;
  readonly position: Position;
  /** Weights, moments and moving averages by their names in the state. */
  readonly tensors: HostTensors;
}

const FORMAT = "aquatint-run-1";

/** A checkpoint as one safetensors file: tensors in float32, the rest as JSON in the metadata. */
export function encodeCheckpoint({ tensors, ...progress }: Checkpoint): Uint8Array<ArrayBuffer> {
  const raw = new Map<string, RawTensor>();
  for (const [name, { data, shape }] of Object.entries(tensors))
    raw.set(name, fromFloat32(data as Float32Array, shape));
  return encodeSafetensors(raw, { format: FORMAT, progress: JSON.stringify(progress) });
}

/** Reads `encodeCheckpoint`'s bytes. @throws AquatintError "checkpoint/format" for any other file. */
export function decodeCheckpoint(bytes: Uint8Array, { name }: { name: string }): Checkpoint {
  const { metadata, tensors } = parseSafetensors(bytes, { name });
  if (metadata["format"] !== FORMAT || !metadata["progress"]) {
    throw new AquatintError("checkpoint/format", `${name} is not a training checkpoint of this version`, {
      hint: "resume from a file in the run's checkpoints folder, or start from weights with --init-from MODEL",
    });
  }
  const progress = JSON.parse(metadata["progress"]) as Omit<Checkpoint, "tensors">;
  const read = Array.from(tensors, ([key, raw]) => {
    return [key, { dtype: "float32", shape: raw.shape, data: toFloat32(raw, { name: key }) }] as const;
  });
  return { ...progress, tensors: Object.fromEntries(read) };
}

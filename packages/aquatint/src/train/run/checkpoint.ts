import { AquatintError } from "../../errors.ts";
import { fromFloat32, toFloat32 } from "../../formats/safetensors/half.ts";
import { encodeSafetensors, parseSafetensors, type RawTensor } from "../../formats/safetensors/safetensors.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import type { StoppingState } from "../loop/stopping.ts";
import type { StreamState } from "../loop/task.ts";

/** A run as it stands after a step: enough to go on as if nothing had happened. */
export interface TrainingCheckpoint {
  readonly step: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number;
  readonly position: StreamState;
  /** State of the stopping criteria. */
  readonly length: StoppingState;
  /** Assets of the task from the start of the run: its vocabulary. */
  readonly assets: Readonly<Record<string, string>>;
  /** Weights, moments and moving averages by their names in the state. */
  readonly tensors: HostTensors;
}

const FORMAT = "aquatint-run-2";
const HINT = "resume from another file of the run's checkpoints folder, or start from weights with --init-from MODEL";
/** Stands in the place of the digest while it is taken. */
const BLANK = "0".repeat(64);

/** A checkpoint as one safetensors file: tensors in float32, the rest as JSON in the metadata, under a SHA-256 of all. */
export async function encodeCheckpoint({ tensors, ...progress }: TrainingCheckpoint): Promise<Uint8Array<ArrayBuffer>> {
  const raw = new Map<string, RawTensor>();
  for (const [name, tensor] of Object.entries(tensors)) raw.set(name, fromFloat32(float32Data(tensor), tensor.shape));
  const bytes = encodeSafetensors(raw, { sha256: BLANK, format: FORMAT, progress: JSON.stringify(progress) });
  const at = digestPlace(bytes, BLANK);
  bytes.set(new TextEncoder().encode(await digest(bytes)), at);
  return bytes;
}

/** Reads `encodeCheckpoint`'s bytes. @throws AquatintError "checkpoint/format" for another file, "checkpoint/damaged" for changed bytes. */
export async function decodeCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
  { name }: { name: string },
): Promise<TrainingCheckpoint> {
  const { metadata, tensors } = parseSafetensors(bytes, { name });
  const { format, progress, sha256 } = metadata;
  if (format !== FORMAT || !progress || !sha256) {
    throw new AquatintError("checkpoint/format", `${name} is not a training checkpoint of this version`, {
      hint: HINT,
    });
  }
  await checkDigest(bytes, sha256, name);
  const read = Array.from(tensors, ([key, raw]) => {
    return [key, { dtype: "float32", shape: raw.shape, data: toFloat32(raw, { name: key }) }] as const;
  });
  return { ...(JSON.parse(progress) as Omit<TrainingCheckpoint, "tensors">), tensors: Object.fromEntries(read) };
}

async function checkDigest(bytes: Uint8Array<ArrayBuffer>, sha256: string, name: string): Promise<void> {
  const blank = bytes.slice();
  blank.set(new TextEncoder().encode(BLANK), digestPlace(bytes, sha256));
  const actual = await digest(blank);
  if (actual === sha256) return;
  throw new AquatintError(
    "checkpoint/damaged",
    `${name} is damaged: its bytes have the SHA-256 ${actual.slice(0, 8)}…, expected ${sha256.slice(0, 8)}…`,
    { hint: HINT },
  );
}

/** Start of the digest's 64 characters; the metadata stand at the start of the file. */
function digestPlace(bytes: Uint8Array, sha256: string): number {
  const key = `"sha256":"`;
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 256));
  const at = start.indexOf(key + sha256);
  if (at < 0) throw new AquatintError("checkpoint/damaged", "the checkpoint's header does not begin with its SHA-256");
  return at + key.length;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

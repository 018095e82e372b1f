import { writeAtomic } from "../files.node.ts";
import { safetensorsError } from "./header.ts";
import { encodeHeader, type TensorTypes } from "./safetensors.ts";

/** Content of a file that is written tensor by tensor. */
export interface SafetensorsStream {
  readonly types: TensorTypes;
  readonly metadata: Readonly<Record<string, string>>;
  /** Every tensor of `types` once, in any order. */
  readonly tensors: AsyncIterable<readonly [name: string, data: Uint8Array]>;
}

/**
 * Writes a safetensors file whole or not at all, with one tensor at a time in memory.
 * @throws AquatintError "file/…", or "safetensors/size" where a tensor has not the bytes of its type.
 */
export const streamSafetensors = (path: string, { types, metadata, tensors }: SafetensorsStream): Promise<void> =>
  writeAtomic(path, async (file) => {
    const { bytes, ranges } = encodeHeader(types, metadata);
    const missing = new Set(types.keys());
    await file.write(bytes, 0, bytes.length, 0);
    for await (const [name, data] of tensors) {
      const range = ranges.get(name);
      if (range?.length !== data.length || !missing.delete(name)) {
        throw safetensorsError("size", name, `${data.length} bytes were given, expected ${range?.length ?? "none"}`);
      }
      await file.write(data, 0, data.length, range.offset);
    }
    const [first] = missing;
    if (first !== undefined) throw safetensorsError("size", first, "no bytes were given");
  });

import type { ModelFiles } from "../src/checkpoints/files.ts";
import { sizeOf } from "../src/graph/types.ts";

/** A safetensors file of float16 tensors of these shapes, of which the header alone can be read: for files of full size. */
export function headerFile(name: string, shapes: Readonly<Record<string, readonly number[]>>): ModelFiles {
  let end = 0;
  const entries = Object.entries(shapes).map(([key, shape]) => {
    const start = end;
    end += 2 * sizeOf(shape);
    return [key, { dtype: "F16", shape, data_offsets: [start, end] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = new Uint8Array(8 + text.length);
  new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
  header.set(text, 8);
  return {
    name: "",
    file: name,
    list: async () => [name],
    size: async () => header.length + end,
    async read(_, { offset, length } = { offset: 0, length: header.length }) {
      if (offset + length > header.length) throw new Error(`${name}: weights are not to be read`);
      return header.slice(offset, offset + length);
    },
  };
}

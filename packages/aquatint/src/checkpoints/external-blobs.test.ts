import { expect, test } from "vitest";
import { noise } from "../../test/evaluate.ts";
import { compile } from "../compiler/compile.ts";
import { floatToHalf } from "../formats/safetensors/half.ts";
import { encodeSafetensors, type RawTensors } from "../formats/safetensors/safetensors.ts";
import { Linear } from "../nn/layers.ts";
import { parameters } from "../nn/module.ts";
import { input } from "../ops/leaves.ts";
import { bindWeights } from "./bind-weights.ts";
import { blobFiles, externalBlobFiles } from "./files.ts";
import { locationsOf, readHeader } from "./read.ts";

const layers = { first: Linear(3, 2), second: Linear(2, 2) };
const half = (seed: number, shape: readonly number[]) => {
  const bits = floatToHalf(noise(shape, { seed }).data as Float32Array);
  return { dtype: "F16" as const, shape, data: new Uint8Array(bits.buffer) };
};
const fileOf = (seed: number, inputs: number): RawTensors =>
  new Map([
    ["weight", half(seed, [2, inputs])],
    ["bias", half(seed + 1, [2])],
  ]);
const tensors = { first: fileOf(1, 3), second: fileOf(3, 2) };

/** A program over the weights of two files of the same name. */
async function program() {
  const names = new Map<string, ReturnType<typeof input>>();
  const locations = new Map();
  for (const [part, layer] of Object.entries(layers)) {
    const bytes = encodeSafetensors(tensors[part as keyof typeof tensors]);
    const files = externalBlobFiles(new File([bytes as Uint8Array<ArrayBuffer>], "model.safetensors"));
    const file = await readHeader(files, "model.safetensors");
    for (const [key, tensor] of parameters(layer)) names.set(`${part}.${key}`, tensor);
    for (const [key, location] of locationsOf(file)) locations.set(`${part}.${key}`, location);
  }
  const x = input({ name: "x", dtype: "float32", shape: [1, 3] });
  const bound = await bindWeights(names, locations);
  return compile({ outputs: { y: layers.second(layers.first(x)) }, ...bound });
}

test("each tensor of a browser's files is a part of its file, as it is stored; files of one name are told apart", async () => {
  const { weightBlobs, weightFiles, model } = await program();
  const bytes = await Promise.all(
    Array.from(weightBlobs!.values(), async (blob) => new Uint8Array(await blob.arrayBuffer())),
  );
  const stored = [...tensors.first.values(), ...tensors.second.values()].map(({ data }) => data);
  expect(bytes.map(String).sort()).toEqual(stored.map(String).sort());
  expect(weightFiles).toEqual([]);
  const text = new TextDecoder("latin1").decode(model);
  for (const location of weightBlobs!.keys()) expect(text).toContain(location);
});

test.each([
  ["read", blobFiles],
  ["read by the engine", externalBlobFiles],
])("a file that cannot be read anymore is named: %s", async (_, filesOf) => {
  const gone = {
    size: 100,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) }),
  };
  const files = filesOf(new Map([["unet.safetensors", gone as unknown as Blob]]));
  await expect(files.read("unet.safetensors")).rejects.toMatchObject({
    code: "file/changed",
    message: "unet.safetensors cannot be read anymore: it was changed, moved or deleted",
  });
});

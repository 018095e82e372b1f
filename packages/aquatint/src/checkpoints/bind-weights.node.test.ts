import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, noise } from "../../test/evaluate.ts";
import { compile } from "../compiler/compile.ts";
import type { WeightMemory } from "../compiler/executable.ts";
import { readBytes, readSafetensors, writeSafetensors } from "../formats/files.node.ts";
import { floatToHalf, toFloat32 } from "../formats/safetensors/half.ts";
import type { RawTensor, RawTensors } from "../formats/safetensors/safetensors.ts";
import { float32 } from "../graph/host-tensor.ts";
import { Linear } from "../nn/layers.ts";
import { parameters } from "../nn/module.ts";
import { input } from "../ops/leaves.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Runtime } from "../runtime/types.ts";
import { bindWeights } from "./bind-weights.ts";
import { memoryFiles } from "./files.ts";
import { openFileHeader } from "./open.node.ts";
import { locationsOf, readHeader } from "./read.ts";
import type { TensorLocation } from "./types.ts";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "aquatint-mapped-"));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const layer = Linear(6, 4);
const names = parameters(layer);
const x = noise([3, 6], { seed: 3 });
const [weight, bias] = [noise([4, 6], { seed: 1 }).data as Float32Array, noise([4], { seed: 2 }).data as Float32Array];

type Stored = "F32" | "F16" | "BF16" | "F64" | "F8_E4M3" | "F8_E5M2";
/** As the file has them; bfloat16 is the upper half of a float32. */
function stored(dtype: Stored, values: Float32Array): Uint8Array<ArrayBuffer> {
  const values32 = Float32Array.from(values);
  if (dtype === "F32") return new Uint8Array(values32.buffer);
  if (dtype === "F64") return new Uint8Array(Float64Array.from(values32).buffer);
  // any byte is a float8, but for the few that are not finite
  if (dtype.startsWith("F8")) return Uint8Array.from(values32, (_, i) => ((i * 37) % 0x70) | ((i & 1) << 7));
  const bits =
    dtype === "F16" ? floatToHalf(values32) : Uint16Array.from(new Uint32Array(values32.buffer), (bit) => bit >>> 16);
  return new Uint8Array(bits.buffer);
}

/** A file with the layer's weights, behind one odd byte's tensor so that nothing lies at a round place. */
async function writeWeights(dtype: Stored, name = `${dtype}.safetensors`): Promise<string> {
  const file = join(folder, name);
  const tensors: RawTensors = new Map<string, RawTensor>([
    ["weight", { dtype, shape: [4, 6], data: stored(dtype, weight) }],
    ["bias", { dtype, shape: [4], data: stored(dtype, bias) }],
    ["odd", { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) }],
  ]);
  await writeSafetensors(file, tensors);
  return file;
}
async function weightsIn(file: string): Promise<Map<string, TensorLocation>> {
  return locationsOf(await openFileHeader(file));
}

/** x·Wᵀ + b in float64, of the weights as the file has them. */
async function expectedValues(file: string): Promise<number[]> {
  const { tensors } = await readSafetensors(file);
  const [w, b] = ["weight", "bias"].map((key) => toFloat32(tensors.get(key)!)) as [Float32Array, Float32Array];
  const dot = (row: number, out: number) => {
    let sum = b[out]!;
    for (let i = 0; i < 6; i++) sum += Number(x.data[row * 6 + i]) * w[out * 6 + i]!;
    return sum;
  };
  return Array.from({ length: 12 }, (_, i) => dot(Math.floor(i / 4), i % 4));
}

const graph = () => ({ y: layer(input({ name: "x", shape: [3, 6] })) });
async function run(weights: ReadonlyMap<string, TensorLocation>, weightMemory?: WeightMemory) {
  const program = await runtime.load(
    compile({ outputs: graph(), ...(await bindWeights(names, weights)), weightMemory }),
  );
  return (await program.run({ x })).y;
}

describe("weights are used where they lie in their file", () => {
  const modes: (WeightMemory | undefined)[] = ["packed", "mapped", undefined];
  test.each(
    modes.flatMap((mode) =>
      (["F32", "F16", "BF16", "F64", "F8_E4M3", "F8_E5M2"] as const).map((dtype) => [dtype, mode] as const),
    ),
  )("%s, %s", async (dtype, mode) => {
    const file = await writeWeights(dtype);
    expect(deviation(await run(await weightsIn(file), mode), await expectedValues(file))).toBeLessThan(1e-5);
  });

  test("a matrix that lies there with its axes swapped", async () => {
    const file = join(folder, "swapped.safetensors");
    const swapped = Float32Array.from({ length: 24 }, (_, i) => weight[(i % 4) * 6 + Math.floor(i / 4)]!);
    const tensors: RawTensors = new Map<string, RawTensor>([
      ["weight", { dtype: "F16", shape: [6, 4], data: stored("F16", swapped) }],
      ["bias", { dtype: "F16", shape: [4], data: stored("F16", bias) }],
    ]);
    await writeSafetensors(file, tensors);
    const weights = await weightsIn(file);
    weights.set("weight", { ...weights.get("weight")!, shape: [4, 6], transposed: true });
    expect(deviation(await run(weights), await expectedValues(await writeWeights("F16")))).toBeLessThan(1e-5);
  });

  test("several files, one of them behind a link", async () => {
    const [first, second] = [
      await writeWeights("F32", "first.safetensors"),
      await writeWeights("F32", "second.safetensors"),
    ];
    const link = join(folder, "link.safetensors");
    await symlink(second, link);
    const weights = new Map([...(await weightsIn(first)), ["bias", (await weightsIn(link)).get("bias")!]]);
    expect(deviation(await run(weights), await expectedValues(first))).toBeLessThan(1e-5);
  });
});

test("weights that are no files of this disk are read and widened, to the same numbers", async () => {
  const file = await writeWeights("F16");
  const files = memoryFiles(new Map([["w.safetensors", await readBytes(file)]]));
  const bound = await bindWeights(names, locationsOf(await readHeader(files, "w.safetensors")));
  expect(bound.weightsFolder).toBeUndefined();
  const program = await runtime.load(compile({ outputs: graph(), ...bound }));
  expect((await program.run({ x })).y.data).toEqual((await run(await weightsIn(file))).data);
});

describe("files that do not fit the module are refused", () => {
  test.each([
    ["a weight is missing", undefined, "weights/missing", "no file has the weight bias"],
    ["a shape differs", { shape: [5] }, "weights/shape", "bias is [5] in FILE, expected [4]"],
    [
      "an element type that no graph computes with",
      { dtype: "I64" },
      "weights/dtype",
      "bias is I64 in FILE, expected F32, F16, BF16, F64, F8_E4M3, F8_E5M2 for float32[4]",
    ],
    [
      "a length that is not the shape's",
      { length: 12 },
      "graph/weight-size",
      "bias has 12 bytes of float32, its shape [4] wants 16",
    ],
  ] as const)("%s", async (_, change, code, message) => {
    const file = await writeWeights("F32");
    const weights = await weightsIn(file);
    if (change) weights.set("bias", { ...weights.get("bias")!, ...(change as Partial<TensorLocation>) });
    else weights.delete("bias");
    const compilation = async () => compile({ outputs: graph(), ...(await bindWeights(names, weights)) });
    await expect(compilation()).rejects.toThrow(
      expect.objectContaining({ code, message: message.replace("FILE", file) }),
    );
  });

  test("a file that is gone", async () => {
    const file = await writeWeights("F32", "gone.safetensors");
    const weights = await weightsIn(file);
    await rm(file);
    await expect(bindWeights(names, weights)).rejects.toMatchObject({ code: "file/missing" });
  });

  test("float32 comes out the same as from numbers in the model", async () => {
    const file = await writeWeights("F32");
    const as = new Map([
      ["weight", float32([4, 6], weight)],
      ["bias", float32([4], bias)],
    ]);
    const program = await runtime.load(compile({ outputs: graph(), parameters: { names, as } }));
    expect((await run(await weightsIn(file))).data).toEqual((await program.run({ x })).y.data);
  });
});

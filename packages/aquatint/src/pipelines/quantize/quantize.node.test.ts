import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyPixelModel, writeFiles } from "../../../test/tiny-pixel-model.ts";
import { readSafetensors } from "../../formats/files.node.ts";
import { encodeSafetensors, type RawTensors } from "../../formats/safetensors/safetensors.ts";
import { isNodeOf } from "../../graph/op.ts";
import { topological } from "../../graph/topological.ts";
import { input } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { type GenerateOptions, generate, openTextToImage, prepareGeneration } from "../generate.node.ts";
import { type QuantizeReport, quantize } from "./quantize.node.ts";

const fixture = (path: string) => fileURLToPath(new URL(`../../../test/fixtures/conditioned/${path}`, import.meta.url));
const model = fixture("sd");
const lora = fixture("adapters/lora-kohya.safetensors");
const size = { width: 16, height: 16 };
/** Some layers of this model have more noise, in dB, and most have less. */
const minimum = 38;

let folder: string;
let out: string;
let report: QuantizeReport;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-quantize-"));
  out = join(folder, "sd-int8.safetensors");
  report = await quantize({ model, out, prompts: ["a fox"], steps: 2, ...size, threads: 1, minimum });
});
afterAll(() => rm(folder, { recursive: true }));

const failing = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) });

/** The estimate of x0 in each evaluation, and the pixels. */
async function drawn(options: Partial<GenerateOptions> = {}) {
  const estimates: number[] = [];
  let pixels: readonly number[] = [];
  for await (const event of generate({
    model,
    prompt: "a fox",
    steps: 2,
    guidance: 1,
    ...size,
    threads: 1,
    cache: false,
    ...options,
  })) {
    if (event.type === "evaluation" && event.i === 0) estimates.push(...event.x0);
    if (event.type === "image") pixels = Array.from(event.image.data);
  }
  return { estimates, pixels };
}

const decibels = (exact: readonly number[], other: readonly number[]) => {
  const power = (values: readonly number[]) => values.reduce((sum, v) => sum + v * v, 0);
  return 10 * Math.log10(power(exact) / power(exact.map((v, i) => v - other[i]!)));
};

describe("a model in 8 bits", () => {
  test("draws close to the same in float32", async () => {
    const [float, int8, dynamic] = [
      await drawn(),
      await drawn({ variant: out, precision: "int8" }),
      await drawn({ precision: "dynamic" }),
    ];
    for (const { estimates, pixels } of [int8, dynamic]) {
      expect(decibels(float.estimates, estimates)).toBeGreaterThan(30);
      expect(decibels(float.estimates, estimates)).toBeLessThan(100);
      expect(decibels(float.pixels, pixels)).toBeGreaterThan(30);
    }
  });

  test("computes in 8 bits by itself, and in float32 where the options say so", async () => {
    const [explicit, implicit, widened] = [
      await drawn({ variant: out, precision: "int8" }),
      await drawn({ variant: out }),
      await drawn({ variant: out, precision: "float32" }),
    ];
    expect(implicit.estimates).toEqual(explicit.estimates);
    expect(widened.estimates).not.toEqual(explicit.estimates);
  });

  test("is the same with mapped weights", async () => {
    const [packed, mapped] = [await drawn({ variant: out }), await drawn({ variant: out, weightMemory: "mapped" })];
    expect(decibels(packed.estimates, mapped.estimates)).toBeGreaterThan(30);
  });

  test("takes the weights of a layer and not those of a LoRA", async () => {
    const { binding, modules } = await openTextToImage(model, { variant: out, loras: [{ file: lora }] });
    const { parameters, adapters } = await binding();
    const quantized = parameters.int8?.layers ?? [];
    expect(quantized.length).toBeGreaterThan(10);
    expect(quantized.filter((name) => name.startsWith("lora"))).toEqual([]);
    const leaf = (name: string, ...shape: number[]) => input({ name, shape });
    const trace = () => modules.unet(leaf("x", 1, 4, 8, 8), leaf("t", 1), leaf("context", 1, 77, 8));
    const y = adapters?.get("unet")?.(trace) ?? trace();
    const nodes = topological([parameters.int8!.apply({ y }, parameters.names).outputs.y]);
    const branches = nodes.filter((node) => isNodeOf(node, matmul) && node.inputs[1].node.op.name === "param");
    expect(nodes.filter(({ op }) => op.name === "int8Linear").length).toBeGreaterThan(0);
    expect(branches.length).toBeGreaterThan(0);
    const [with8, with32] = [
      await drawn({ variant: out, loras: [{ file: lora, scale: 0.25 }] }),
      await drawn({ loras: [{ file: lora, scale: 0.25 }] }),
    ];
    expect(decibels(with32.estimates, with8.estimates)).toBeGreaterThan(30);
  });

  test("has its first and last convolution and its time embedding in float32", async () => {
    const names = report.layers.map(({ name }) => name);
    expect(names.filter((name) => /conv_in|conv_out|time_emb/.test(name))).toEqual([]);
    expect(names.some((name) => name.startsWith("unet."))).toBe(true);
    expect(names.some((name) => name.startsWith("vae.decoder."))).toBe(true);
    const { tensors, metadata } = await readSafetensors(out);
    expect(metadata).toEqual({ "aquatint.int8": "1" });
    expect(tensors.get("unet.conv_in.weight")!.dtype).not.toBe("I8");
  });

  test("keeps layers with more noise than allowed in float32", async () => {
    const float = report.layers.filter(({ quantized }) => !quantized);
    expect(float.length).toBeGreaterThan(0);
    expect(float.length).toBeLessThan(report.layers.length / 2);
    const { tensors } = await readSafetensors(out);
    for (const { name, quantized, decibels: loss } of report.layers) {
      expect(loss >= minimum, name).toBe(quantized);
      expect(tensors.get(name)!.dtype === "I8", name).toBe(quantized);
    }
  });
});

describe("a quantized file is refused", () => {
  const changed = async (
    change: (tensors: Map<string, RawTensors extends ReadonlyMap<string, infer T> ? T : never>) => void,
  ) => {
    const { tensors, metadata } = await readSafetensors(out);
    const copy = new Map(tensors);
    change(copy);
    const path = join(folder, "changed.safetensors");
    await writeFile(path, encodeSafetensors(copy, metadata));
    return path;
  };
  const numbers = (...values: number[]) => ({
    dtype: "F32" as const,
    shape: [values.length],
    data: new Uint8Array(Float32Array.from(values).buffer),
  });
  const layer = "unet.mid_block.resnets.0.conv1";

  test("where it is cut off", async () => {
    const path = join(folder, "cut.safetensors");
    const bytes = await readFile(out);
    await writeFile(path, bytes);
    await truncate(path, bytes.length - 10);
    await expect(openTextToImage(model, { variant: path })).rejects.toThrow(
      failing("safetensors/truncated", "cut.safetensors"),
    );
  });

  test.each([
    ["lacks a scale", (t: Map<string, unknown>) => t.delete(`${layer}.weight_scale`), "quantized/parts", "is missing"],
    [
      "has a range of another shape",
      (t: Map<string, unknown>) => t.set(`${layer}.input_range`, numbers(1, 2, 3)),
      "quantized/parts",
      "expected F32 [2]",
    ],
    [
      "has ranges of no layer",
      (t: Map<string, unknown>) => t.set("unet.x.input_range", numbers(1, 2)),
      "quantized/parts",
      "beside no weight",
    ],
    [
      "lacks a weight",
      (t: Map<string, unknown>) => t.delete("unet.conv_in.weight"),
      "quantized/model",
      "conv_in.weight is missing",
    ],
    [
      "has a weight more",
      (t: Map<string, unknown>) => t.set("unet.more.weight", numbers(1)),
      "quantized/model",
      "unknown to the model",
    ],
  ])("that %s", async (_, change, code, message) => {
    const path = await changed(change);
    await expect(openTextToImage(model, { variant: path })).rejects.toThrow(failing(code, message));
  });

  test.each([
    ["a range that is none", `${layer}.input_range`, [2, -2], "the input range"],
    ["a range without end", `${layer}.output_range`, [0, Number.POSITIVE_INFINITY], "the output range"],
  ])("with %s", async (_, name, values, message) => {
    const path = await changed((tensors) => tensors.set(name, numbers(...values)));
    const opened = await openTextToImage(model, { variant: path });
    await expect(opened.binding()).rejects.toThrow(failing("quantized/values", message));
  });

  test("that was made of another model, or is something else", async () => {
    const other = join(folder, "pixel");
    await writeFiles(other, tinyPixelModel());
    await expect(openTextToImage(other, { variant: out })).rejects.toThrow(
      failing("quantized/model", "was not made of"),
    );
    await expect(openTextToImage(model, { variant: lora })).rejects.toThrow(failing("quantized/kind", "no file of"));
    await expect(openTextToImage(out)).rejects.toThrow(failing("checkpoint/kind", "weights in 8 bits"));
    await expect(quantize({ model, variant: out, out, prompts: ["a"] })).rejects.toThrow(
      failing("quantized/twice", "8 bits already"),
    );
  });
});

test.each([
  ["int8 without such weights", { precision: "int8" }, "precision/weights", "has no weights in 8 bits"],
  [
    "int8 on WebGPU",
    { precision: "int8", device: "webgpu", quantized: true },
    "precision/device",
    'the device is "webgpu"',
  ],
  ["such weights on WebGPU", { device: "webgpu", quantized: true }, "precision/device", 'the device is "webgpu"'],
  ["dynamic on WebGPU", { precision: "dynamic", device: "webgpu" }, "precision/device", "dynamic computes on the CPU"],
  ["dynamic and mapped weights", { precision: "dynamic", weightMemory: "mapped" }, "precision/memory", "mapped"],
  ["dynamic and such weights", { precision: "dynamic", quantized: true }, "precision/weights", "with ranges already"],
  ["weights in 4 bits of such weights", { precision: "q4", quantized: true }, "precision/weights", "q4 rounds weights"],
  [
    "float16 on the CPU",
    { precision: "float16" },
    "precision/device",
    'float16 computes on a GPU, and the device is "cpu"',
  ],
  ["both on the CPU", { precision: "q4f16" }, "precision/device", "q4f16 computes on a GPU"],
  [
    "such weights in float16",
    { precision: "float16", device: "webgpu", quantized: true },
    "precision/weights",
    "8 bits",
  ],
  ["such weights and a decoder in float16", { vaePrecision: "float16", quantized: true }, "precision/vae", "float16"],
] as const)(
  "%s is refused",
  async (_, { quantized, ...options }: { quantized?: boolean } & Partial<GenerateOptions>, code, message) => {
    const variant = quantized ? out : undefined;
    await expect(prepareGeneration({ model, prompt: "a", ...size, variant, ...options })).rejects.toThrow(
      failing(code, message),
    );
  },
);

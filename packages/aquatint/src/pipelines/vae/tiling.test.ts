import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bindWeights } from "../../checkpoints/bind-weights.ts";
import { openFileHeader } from "../../checkpoints/open.node.ts";
import { locationsOf } from "../../checkpoints/read.ts";
import { compile } from "../../compiler/compile.ts";
import { toFloat32 } from "../../formats/safetensors/half.ts";
import { parseSafetensors } from "../../formats/safetensors/safetensors.ts";
import type { HostTensor } from "../../graph/types.ts";
import { AutoencoderKL, downsampling, parseAutoencoderConfig } from "../../models/autoencoder/index.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Program, Runtime } from "../../runtime/types.ts";
import { decodeInTiles, decodeSingly, encodeInTiles } from "./tiling.ts";

const folder = new URL("../../../test/fixtures/parity/tiny-vae/", import.meta.url).pathname;
const read = async (file: string) => parseSafetensors(await readFile(`${folder}${file}`), { name: file }).tensors;

/** Each place of a latent as a square of its own color: a decoder whose tiles agree wherever they are cut. */
const squares = (factor: number) => async (x: HostTensor) => {
  const [n, , h, w] = x.shape as readonly [number, number, number, number];
  const out = new Float32Array(n * 3 * h * w * factor ** 2);
  const [height, width] = [h * factor, w * factor];
  for (let i = 0; i < out.length; i++) {
    const [sample, row] = [Math.floor(i / (3 * height * width)), Math.floor(i / width) % height];
    out[i] = x.data[(sample * x.shape[1]! * h + Math.floor(row / factor)) * w + Math.floor((i % width) / factor)]!;
  }
  return out;
};
const latent = (...shape: readonly [number, number, number, number]): HostTensor => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
  return { dtype: "float32", shape, data };
};

describe("in tiles", () => {
  test.each([
    [10, 19, 8],
    [16, 8, 8],
    [9, 9, 4],
    [33, 12, 12],
  ])("%i x %i places in tiles of %i give the same image where tiles agree", async (h, w, tile) => {
    const [x, decode] = [latent(2, 4, h, w), squares(4)];
    const [tiled, untiled] = [await decodeInTiles(decode, { tile, factor: 4 })(x), await decode(x)];
    expect(Math.max(...tiled.map((v, i) => Math.abs(v - untiled[i]!)))).toBeLessThan(1e-6);
  });

  test("no tile is larger than wanted, and equal ones follow each other", async () => {
    const shapes: string[] = [];
    const decode = squares(2);
    const record = (x: HostTensor) => {
      shapes.push(String(x.shape));
      return decode(x);
    };
    await decodeInTiles(record, { tile: 8, factor: 2 })(latent(1, 4, 10, 13));
    expect(shapes).toEqual(["1,4,8,8", "1,4,8,7", "1,4,8,1", "1,4,4,8", "1,4,4,7", "1,4,4,1"]);
  });

  test("neighbors go over into each other: from the one's value to the other's", async () => {
    let value = 0;
    const flat = async ({ shape }: HostTensor) => new Float32Array(3 * shape[2]! * shape[3]! * 16).fill(value++);
    const sample = await decodeInTiles(flat, { tile: 8, factor: 4 })(latent(1, 1, 4, 14));
    const row = [...sample.slice(0, 56)];
    const blend = Array.from({ length: 8 }, (_, i) => i / 8);
    expect(row.slice(0, 48)).toEqual([...Array(24).fill(0), ...blend, ...Array(16).fill(1)]);
  });
});

describe("encoded in tiles", () => {
  /** An encoder that returns each place's first pixel and noise: an encoder whose tiles agree wherever they are cut. */
  const corners = (factor: number, shapes: string[]) => async (pixels: HostTensor, noise: HostTensor) => {
    shapes.push(String(pixels.shape));
    const [, c, h, w] = noise.shape as readonly [number, number, number, number];
    return Float32Array.from(noise.data as Float32Array, (z, i) => {
      const [channel, y, x] = [Math.floor(i / (h * w)) % Math.min(c, 3), Math.floor(i / w) % h, i % w];
      return z + pixels.data[(channel * h * factor + y * factor) * w * factor + x * factor]!;
    });
  };

  test.each([
    [10, 19, 8],
    [9, 9, 4],
  ])("%i x %i places in tiles of %i are what they are as a whole, each with its noise", async (h, w, tile) => {
    const [pixels, noise] = [latent(1, 3, h * 4, w * 4), latent(1, 3, h, w)];
    const shapes: string[] = [];
    const tiled = await encodeInTiles(corners(4, shapes), { tile, factor: 4 })(pixels, noise);
    const untiled = await corners(4, [])(pixels, noise);
    expect(Math.max(...tiled.map((v, i) => Math.abs(v - untiled[i]!)))).toBeLessThan(1e-6);
    expect(shapes.length).toBeGreaterThan(1);
    expect(shapes[0]).toBe(`1,3,${4 * tile},${4 * tile}`);
  });
});

test("one image at a time gives what all together give", async () => {
  const [x, decode] = [latent(3, 4, 5, 6), squares(2)];
  const batches: number[] = [];
  const singly = decodeSingly((image) => {
    batches.push(image.shape[0]!);
    return decode(image);
  });
  expect(await singly(x)).toEqual(await decode(x));
  expect(batches).toEqual([1, 1, 1]);
});

describe("beside diffusers", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  test("an image in tiles of 8 x 8 places is that of AutoencoderKL.tiled_decode", async () => {
    const config = parseAutoencoderConfig(JSON.parse(await readFile(`${folder}vae/config.json`, "utf8")));
    const vae = AutoencoderKL(config);
    const file = `${folder}vae/diffusion_pytorch_model.safetensors`;
    const bound = await bindWeights(parameters(vae), locationsOf(await openFileHeader(file)));
    const programs = new Map<string, Promise<Program>>();
    const load = ({ shape }: HostTensor) => {
      const output = vae.decode(input({ name: "x", dtype: "float32", shape }));
      return runtime.load(compile({ outputs: { output }, ...bound, weightMemory: "mapped" }));
    };
    const decode = async (x: HostTensor) => {
      const program = programs.get(`${x.shape}`) ?? load(x);
      programs.set(`${x.shape}`, program);
      return (await (await program).run({ x })).output!.data as Float32Array;
    };
    const reference = await read("tiled.safetensors");
    const [z, expected] = ["z", "tiled"].map((name) => reference.get(name)!);
    const x: HostTensor = { dtype: "float32", shape: z!.shape, data: toFloat32(z!, { name: "z" }) };
    const tiled = await decodeInTiles(decodeSingly(decode), { tile: 8, factor: downsampling(config) })(x);
    const values = toFloat32(expected!, { name: "tiled" });
    expect(tiled.length).toBe(values.length);
    const differences = tiled.map((v, i) => Math.abs(v - values[i]!) / Math.max(1, Math.abs(values[i]!)));
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });
});

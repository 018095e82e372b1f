import { AquatintError, memoryFiles, openModel, planTextToImage, type Runtime, textToImageModel } from "aquatint";
import type { Executable } from "aquatint/compiler";
import { rehearsedImages } from "aquatint/pipelines";
import { beforeEach, describe, expect, test } from "vitest";
import { tinyLatentModel } from "../../../../packages/aquatint/test/tiny-latent-model.ts";
import { inEnoughPrecision } from "../engine/networks.ts";
import type { DeviceLimits } from "./device-limits.ts";
import { fitOf, planWithin } from "./fit.ts";
import { plannedNetworks } from "./planned-networks.ts";
import { defaultPrecision } from "./precision.ts";

const model = await textToImageModel(await openModel(memoryFiles(tinyLatentModel())));
const limitsOf = (budget: number): DeviceLimits => ({
  ...{ device: "wasm" as const, budget, binding: undefined, maxTile: 32, hasFloat16: false, lazy: true },
});
const sized = (side: number, more = {}) => ({ prompt: "a red apple", width: side, height: side, steps: 2, ...more });

async function planOf(side: number, { budget = 64e9, ...more }: { budget?: number; hires?: { scale: number } } = {}) {
  const options = sized(side, more);
  const plan = await planTextToImage(model, options);
  const resized = (size: object) => planTextToImage(model, { ...options, ...size });
  return planWithin(rehearsedImages({ model, plan, resized }), limitsOf(budget));
}

/** Programs that are loaded, by the number of their feeds. */
let [live, loads]: [Set<object>, number] = [new Set(), 0];
/** Bytes of the programs that were loaded. */
const sizes: number[] = [];
beforeEach(() => {
  [live, loads] = [new Set(), 0];
});
const runtime = {
  ...{ device: "wasm", devices: ["wasm"], threads: 1, layout: {} },
  async load({ model: bytes, ...executable }: Executable) {
    sizes.push(bytes.length);
    const program = {
      executable,
      async run() {
        const zeros = Object.entries(executable.results).map(([name, { shape }]) => [
          name,
          { dtype: "float32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
        ]);
        return Object.fromEntries(zeros);
      },
      async [Symbol.asyncDispose]() {
        live.delete(program);
      },
    };
    live.add(program);
    loads++;
    return program;
  },
  async createState(tensors) {
    const types = Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
    );
    return { types, read: async () => tensors, async write() {}, async [Symbol.asyncDispose]() {} };
  },
  async [Symbol.asyncDispose]() {},
} as Runtime;

async function drawn(networks: ReturnType<typeof plannedNetworks>, side: number) {
  const { textToImage } = await import("aquatint");
  const options = sized(side);
  const plan = await planTextToImage(model, options);
  for await (const event of textToImage(await networks.forImage(plan, options), plan)) {
    if (event.type === "image") return event.image;
  }
  throw new Error("no image");
}

test("the plan covers the size of the request and its second pass, in tiles where the image passes the largest", async () => {
  const [small, large] = [await planOf(64), await planOf(512)];
  const hires = await planOf(64, { hires: { scale: 8 } });
  expect(small.tile).toBeUndefined();
  expect(large.tile).toBe(32);
  expect(hires.tile).toBe(32);
  expect(large.bytes).toBeGreaterThan(small.bytes);
  expect(hires.bytes).toBeGreaterThanOrEqual(large.bytes);
});

test("networks are opened anew for an image that takes more memory, one at a time where it is short", async () => {
  const small = await planOf(64);
  let large = await planOf(512);
  while (large.residency === "all") large = await planOf(512, { budget: large.bytes - 1 });
  const limits = limitsOf(large.bytes);
  const networks = plannedNetworks({ runtime, model, limits, precision: "float32", memory: small });
  await drawn(networks, 64);
  expect(live.size).toBeGreaterThan(2); // text encoder, U-Net and decoder
  const before = loads;
  await drawn(networks, 64);
  expect(loads).toBe(before);
  await drawn(networks, 512);
  expect(live.size).toBe(1); // the text encoder was released before the U-Net ran
  await drawn(networks, 64);
  expect(live.size).toBe(1);
  await networks.release();
  expect(live.size).toBe(0);
});

test("an image that fits in no way is refused before anything is loaded, with a size that does", async () => {
  const small = await planOf(64);
  const networks = plannedNetworks({
    runtime,
    model,
    limits: limitsOf(small.bytes * 1.02),
    precision: "float32",
    memory: small,
  });
  const options = sized(256);
  const plan = await planTextToImage(model, options);
  await expect(networks.forImage(plan, options)).rejects.toMatchObject({
    code: "generate/memory",
    message: expect.stringContaining("images of 256x256 take about"),
  });
  expect(loads).toBe(0);
});

test("a model whose small size does not fit is offered at a smaller one, and one that never fits is not", async () => {
  const wide = { ...model, modules: { ...model.modules, sampleSize: 256 } };
  const half = await planOf(128);
  const fit = await fitOf(wide, limitsOf(half.bytes));
  expect(fit).toMatchObject({
    plan: { bytes: expect.any(Number) },
    problem: { message: expect.stringMatching(/256x256/) },
  });
  expect(fit.width).toBeLessThan(256);
  expect(await fitOf(wide, limitsOf(1e6))).toMatchObject({
    ...{ width: 256, plan: undefined },
    problem: { hint: expect.stringMatching(/smaller or a distilled model.*aquatint serve/) },
  });
});

test("a tensor above the largest binding of a graphics device is named", async () => {
  const limits = { ...limitsOf(64e9), device: "webgpu" as const, binding: 100 };
  expect((await fitOf(model, limits)).problem?.message).toMatch(/the graphics device binds 0 MB at most/);
});

describe("precisions", () => {
  test("those that fit are offered, half ones where the device has float16", async () => {
    const names = async (change: Partial<DeviceLimits>) =>
      (await fitOf(model, { ...limitsOf(64e9), ...change })).precisions.map(({ precision }) => precision);
    expect(await names({})).toEqual(["float32", "q8", "q4"]);
    expect(await names({ device: "webgpu", hasFloat16: true })).toEqual(["float32", "float16", "q8f16", "q4f16"]);
    expect(await names({ budget: 1e6 })).toEqual([]);
  });

  test("half precision that overflows is repeated in float32, once", async () => {
    const webgpu = { ...limitsOf(64e9), device: "webgpu" as const, hasFloat16: true };
    const memory = await planOf(64);
    const networks = plannedNetworks({ runtime, model, limits: webgpu, precision: "float16", memory });
    const models: unknown[] = [];
    let fails = true;
    const work = async () => {
      models.push(fails);
      if (fails) throw new AquatintError("not-finite/network", "the network's output has 5 NaN");
      return "image";
    };
    const onWiden = () => {
      fails = false;
    };
    expect(await inEnoughPrecision(networks, { work, onWiden })).toBe("image");
    expect(models).toEqual([true, false]);
    fails = true;
    await expect(inEnoughPrecision(networks, { work, onWiden })).rejects.toMatchObject({ code: "not-finite/network" });
  });

  test.each(["float16", "q8", "q4", "q8f16", "q4f16"] as const)(
    "a model in %s has programs of its small",
    async (precision) => {
      const device = precision.includes("16") ? ("webgpu" as const) : ("wasm" as const);
      const limits = { ...limitsOf(64e9), device, hasFloat16: true };
      const full = plannedNetworks({ runtime, model, limits, precision: "float32", memory: await planOf(64) });
      const other = plannedNetworks({ runtime, model, limits, precision, memory: await planOf(64) });
      const types = async (networks: typeof full) => {
        sizes.length = 0;
        await drawn(networks, 64);
        return [...sizes];
      };
      expect(await types(other)).not.toEqual(await types(full));
    },
  );

  test("the device's small choice is half where it has that", () => {
    expect(defaultPrecision({ hasFloat16: true })).toBe("float16");
    expect(defaultPrecision({ hasFloat16: false })).toBe("float32");
  });
});

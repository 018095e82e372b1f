import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noise, noiseWeights } from "../../../test/evaluate.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import type { HostTensor } from "../../graph/types.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { withControlNets } from "../adapters/controlnet.node.ts";
import { controlParameters, describedControlNet } from "../adapters/controlnet.ts";
import { openTextToImage } from "../generate.node.ts";
import type { ControlInput } from "./controlnet-inputs.ts";
import { type Conditions, textToImageNetwork } from "./network.ts";

const fixture = (path: string) => fileURLToPath(new URL(`../../../test/fixtures/conditioned/${path}`, import.meta.url));

let runtime: Runtime;
let controlNet: string;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  controlNet = await mkdtemp(join(tmpdir(), "aquatint-control-"));
  const weights = noiseWeights(controlParameters(describedControlNet("control", controlConfig)));
  const stored = new Map(
    Array.from(weights, ([name, { shape, data }]) => {
      return [
        name,
        { dtype: "F32" as const, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
      ];
    }),
  );
  await writeFile(join(controlNet, "config.json"), JSON.stringify(controlConfig));
  await writeFile(join(controlNet, "diffusion_pytorch_model.safetensors"), encodeSafetensors(stored));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(controlNet, { recursive: true });
});

const controlConfig = {
  _class_name: "ControlNetModel",
  in_channels: 4,
  block_out_channels: [8, 8, 16, 16],
  down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
  layers_per_block: 2,
  attention_head_dim: 2,
  cross_attention_dim: 8,
  norm_num_groups: 4,
  conditioning_embedding_out_channels: [2, 4, 4, 8],
};

/** A runtime that counts the runs of programs without results, which only fill a state. */
function counting() {
  const counts = { prologues: 0, states: 0 };
  const counted: Runtime = {
    ...runtime,
    async load(executable) {
      const program = await runtime.load(executable);
      return {
        ...program,
        run(...args) {
          if (Object.keys(executable.results).length === 0) counts.prologues++;
          return program.run(...args);
        },
        [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
      };
    },
    async createState(tensors) {
      const state = await runtime.createState(tensors);
      counts.states++;
      const dispose = state[Symbol.asyncDispose];
      const release = async () => {
        counts.states--;
        await dispose();
      };
      return Object.assign(state, { [Symbol.asyncDispose]: release });
    },
  };
  return { counted, counts };
}

const x = noise([2, 4, 8, 8], { seed: 1 });

describe("conditions of many calls", () => {
  async function open(loras: readonly { readonly file: string }[] = [], controls: readonly string[] = []) {
    const model = await withControlNets(await openTextToImage(fixture("sd"), { loras }), controls);
    const { counted, counts } = counting();
    const parts = { runtime: counted, modules: model.modules, ...(await model.binding()) };
    return { network: textToImageNetwork(parts), counts, width: contextWidth(model.modules.textEncoders) };
  }
  const contextWidth = (encoders: readonly { readonly width: number }[]) =>
    encoders.reduce((sum, { width }) => sum + width, 0);
  const context = (width: number, seed: number): HostTensor => noise([2, 16, width], { seed });

  test("give the same outputs as computed in every call, with LoRAs and a ControlNet, and are computed once", async () => {
    const lora = fixture("adapters/lora-kohya.safetensors");
    const { network, counts, width } = await open([{ file: lora }], [controlNet]);
    const image = noise([1, 3, 64, 64], { seed: 9 });
    const [a, b] = [context(width, 2), context(width, 3)];
    const steps: readonly (readonly [HostTensor, number, number])[] = [
      [a, 1, 1],
      [a, 1, 0.5],
      [b, 1, 1],
      [a, 1, 0],
      [a, 0.25, 1],
      [b, 1, 1],
    ];
    for (const [t, [context, scale, controlScale]] of steps.entries()) {
      const conditions: Conditions = { context, loraScales: [scale] };
      const controls: ControlInput[] = [{ image, scale: controlScale }];
      const each = await network.predict(x, 100 * t, conditions, { controls });
      const once = await network.predict(x, 100 * t, conditions, { controls, repeated: true });
      for (const [i, v] of once.entries()) expect(Math.abs(v - each[i]!)).toBeLessThan(1e-5);
    }
    expect(counts.prologues).toBe(3);
    await network[Symbol.asyncDispose]();
    expect(counts.states).toBe(0);
  });

  test("that are changed in place count as others, and only the last used are kept", async () => {
    const { network, counts, width } = await open();
    const changed = context(width, 4);
    const first = await network.predict(x, 10, { context: changed }, { repeated: true });
    changed.data.fill(0.5);
    const second = await network.predict(x, 10, { context: changed }, { repeated: true });
    expect(second).not.toEqual(first);
    for (let seed = 10; seed < 20; seed++) {
      await network.predict(x, 10, { context: context(width, seed) }, { repeated: true });
    }
    expect(counts).toEqual({ prologues: 12, states: 8 });
    await network[Symbol.asyncDispose]();
    expect(counts.states).toBe(0);
  });
});

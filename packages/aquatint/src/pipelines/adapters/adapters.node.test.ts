import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyTaesd } from "../../../test/preview-models.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import type { Model } from "../../checkpoints/types.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { type OpenOptions, openTextToImage } from "../generate.node.ts";
import { latentSpace } from "../model/latent-space.ts";
import { textToImageNetwork } from "../network/network.ts";
import { planTextToImage } from "../text-to-image/plan.ts";
import { textToImage } from "../text-to-image/text-to-image.ts";
import { withVae } from "./adapters.node.ts";

const fixture = (path: string) => fileURLToPath(new URL(`../../../test/fixtures/conditioned/${path}`, import.meta.url));
const lora = fixture("adapters/lora-kohya.safetensors");
const inversion = fixture("adapters/inversion-embedding.safetensors");

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "aquatint-adapters-"));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The estimates of x0 after the first of two steps with each of these scales, all from one load. */
async function latents(options: OpenOptions, scales: readonly (readonly number[])[] = [[]]) {
  const model = await openTextToImage(fixture("sd"), options);
  const { modules } = model;
  await using network = textToImageNetwork({ runtime, modules, ...(await model.binding()) });
  const estimates: Float32Array[] = [];
  for (const loraScales of scales) {
    const options = loraScales.length ? { loraScales } : {};
    const plan = await planTextToImage(model, {
      prompt: "a <thing>",
      steps: 2,
      width: 16,
      height: 16,
      seed: 1,
      ...options,
    });
    for await (const event of textToImage(network, plan))
      if (event.type === "evaluation" && event.i === 0) estimates.push(event.x0);
  }
  return estimates;
}
const largest = (a: Float32Array, b: Float32Array) => a.reduce((max, v, i) => Math.max(max, Math.abs(v - b[i]!)), 0);

test("several LoRAs add up, and their scales change without another load", async () => {
  const [bare] = await latents({});
  const [full, off] = await latents({ loras: [{ file: lora }] }, [[], [0]]);
  const [quarter, shared, mixed] = await latents({ loras: [{ file: lora, scale: 0.25 }, { file: lora }] }, [
    [0.25, 0],
    [0.25, 0.75],
    [2, -1],
  ]);
  expect(largest(full!, bare!)).toBeGreaterThan(0.01);
  expect(largest(off!, bare!)).toBeLessThan(1e-4);
  expect(largest(quarter!, full!)).toBeGreaterThan(0.01);
  for (const same of [shared!, mixed!]) expect(largest(same, full!)).toBeLessThan(1e-3);
});

test("a word calls its embedding, which its file's name does where nobody gives one", async () => {
  const [bare] = await latents({});
  const [called] = await latents({ embeddings: [{ file: inversion, word: "<thing>" }] });
  expect(largest(called!, bare!)).toBeGreaterThan(1e-3);
  const { embeddings } = await openTextToImage(fixture("sd"), { embeddings: [{ file: inversion }] });
  expect([...embeddings!.keys()]).toEqual(["inversion-embedding"]);
});

test("an autoencoder may come from another folder or file; the scale of its latents is the model's", async () => {
  for (const vae of [fixture("lcm"), fixture("lcm/vae")]) {
    const { configs } = await openTextToImage(fixture("sd"), { vae });
    expect(configs.vae).toMatchObject({ latent_channels: 4, scaling_factor: 0.18215 });
  }
  const scale = ({ components }: Model) => components.get("vae")!.config["scaling_factor"];
  const bare = fixture("xl.safetensors");
  expect(scale(await openModel(bare))).toBe(0.13025);
  expect(scale(await withVae(await openModel(fixture("sd")), bare))).toBe(0.18215);
});

test("a tiny autoencoder (TAESD) may take its place: it decodes the same latents, and encodes without drawing", async () => {
  await writeFiles(join(folder, "taesd"), tinyTaesd({ levels: 4 }));
  const model = await openTextToImage(fixture("sd"), { vae: join(folder, "taesd") });
  const { modules } = model;
  expect(modules).toMatchObject({ factor: 8, multiple: 8 });
  expect(modules.posterior).toBeUndefined();
  await using network = textToImageNetwork({ runtime, modules, ...(await model.binding()) });
  expect(network.posterior).toBe(false);
  const init = { width: 16, height: 16, data: new Float32Array(3 * 256).fill(0.25) };
  const size = { width: 16, height: 16 };
  const plan = await planTextToImage(model, { prompt: "a horse", steps: 2, strength: 0.5, init, seed: 1, ...size });
  const images = [];
  for await (const event of textToImage(network, plan)) if (event.type === "image") images.push(event.image);
  expect(images).toMatchObject([{ width: 16, height: 16 }]);
  expect(new Set(images[0]!.data).size).toBeGreaterThan(1);
});

test("an autoencoder of fewer halvings has other pixels; a decoder that is not its encoder's inverse is refused", async () => {
  await writeFiles(join(folder, "half"), tinyTaesd({ levels: 3 }));
  const { modules } = await openTextToImage(fixture("sd"), { vae: join(folder, "half") });
  expect(modules.factor).toBe(4);
  expect(() => latentSpace({ _class_name: "AutoencoderTiny", upsampling_scaling_factor: 3 })).toThrow(
    "divides the size",
  );
  expect(() => latentSpace({ _class_name: "VQModel" })).toThrow(`of the class "VQModel"`);
});

const wide = async () => {
  const file = join(folder, "wide.safetensors");
  const data = new Uint8Array(4 * 9);
  await writeFile(file, encodeSafetensors(new Map([["emb_params", { dtype: "F32", shape: [1, 9], data }]])));
  return file;
};

test.each<[string, () => OpenOptions | Promise<OpenOptions>, string, string]>([
  ["a LoRA of another family", () => ({ loras: [{ file: lora }] }), "lora/target", "a layer that this model does not"],
  ["an embedding of one encoder", () => ({ embeddings: [{ file: inversion }] }), "embedding/encoder", "text_encoder_2"],
  ["an embedding of another width", async () => ({ embeddings: [{ file: await wide() }] }), "embedding/width", "of 9"],
  [
    "a LoRA as an embedding",
    () => ({ embeddings: [{ file: lora }] }),
    "checkpoint/embedding",
    "is not a textual-inversion",
  ],
  ["a file that is not there", () => ({ loras: [{ file: "/nowhere.safetensors" }] }), "file/missing", "nowhere"],
  ["a model without an autoencoder", () => ({ vae: fixture("sd/unet") }), "model/parts", "holds no autoencoder"],
])("%s is refused before anything is loaded", async (_, options, code, message) => {
  await expect(openTextToImage(fixture("xl"), await options())).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test("two embeddings need two words", async () => {
  const twice = { embeddings: [{ file: inversion }, { file: inversion }] };
  await expect(openTextToImage(fixture("sd"), twice)).rejects.toMatchObject({ code: "embedding/word" });
});

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { main } from "../main.ts";

const model = fileURLToPath(new URL("../../../test/fixtures/conditioned/sd", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-quantize-command-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const { io, out, err } = capturedIo({ cwd: folder });
  return { code: await main(args, io), stdout: out(), stderr: err() };
}
const image = ["--size", "16x16", "--steps", "1"];

test("quantize writes a file that inspect and generate take as a variant", async () => {
  await writeFile(join(folder, "prompts.txt"), "a fox\n\n a house \n");
  const quantized = await run(
    "quantize",
    model,
    "--out",
    "new/m.safetensors",
    "--prompts",
    "prompts.txt",
    ...image,
    "--quiet",
  );
  expect(quantized).toMatchObject({ code: 0, stderr: "" });
  expect(quantized.stdout).toMatch(
    /layers with the most noise.*8 bits.*m\.safetensors: \d+ of \d+ layers in 8 bits\n$/s,
  );
  const inspected = await run("inspect", model, "--variant", "new/m.safetensors", "--size", "16x16");
  expect(inspected.stdout).toMatch(/unet .*\d+ I8/);
  const options = [...image, "--no-cache", "--quiet", "--json", "--out", "fox.png"];
  const drawn = await run(
    "generate",
    "a fox",
    "--model",
    model,
    "--variant",
    "new/m.safetensors",
    "--precision",
    "int8",
    ...options,
  );
  expect(drawn).toMatchObject({ code: 0, stderr: "" });
});

test.each([
  ["a folder that cannot be made", ["--out", "prompts.txt/m.safetensors"], "is a file, expected a folder"],
  ["a file without prompts", ["--out", "n.safetensors", "--prompts", "empty.txt"], "there are no prompts"],
  ["a file of the model", ["--out", "model/unet/diffusion_pytorch_model.safetensors"], "is a file of the model itself"],
])("quantize refuses %s before it makes images", async (_, args, message) => {
  await writeFile(join(folder, "prompts.txt"), "a fox");
  await writeFile(join(folder, "empty.txt"), "\n");
  await cp(model, join(folder, "model"), { recursive: true });
  const { code, stderr } = await run("quantize", "model", ...args, ...image);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("steps");
});

test("int8 without weights in 8 bits says how they are made", async () => {
  const { code, stderr } = await run("generate", "a fox", "--model", model, "--precision", "int8", ...image);
  expect(code).toBe(1);
  expect(stderr).toContain("aquatint quantize MODEL --out FILE.safetensors");
});

test.each([
  [["--precision", "int4"], "--precision"],
  [["--precision", "int8", "--device", "webgpu"], 'the device is "webgpu"'],
])("generate with %j is refused", async (flags, message) => {
  const { code, stderr } = await run("generate", "a fox", "--model", model, ...flags);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

test.each([
  [["--out", "m.bin"], "expected a name that ends in .safetensors"],
  [["--out", "m.safetensors", "--prompts", "empty.txt"], "no prompts"],
])("quantize with %j is refused", async (flags, message) => {
  await writeFile(join(folder, "empty.txt"), "\n");
  const { code, stderr } = await run("quantize", model, ...flags);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

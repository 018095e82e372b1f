import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { imageTexts } from "../../formats/image/file-texts.ts";
import { decodePng, encodePng } from "../../formats/png/png.ts";
import { main } from "../main.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/conditioned", import.meta.url));
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-checkpoint-"));
});
afterAll(() => rm(cwd, { recursive: true }));

async function generate(prompt: string, ...args: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd });
  const model = ["--model", join(fixtures, "sd"), "--size", "16x16", "--steps", "1", "--seed", "1"];
  const code = await main(["generate", prompt, ...model, ...args], io);
  return { code, out: out(), err: err() };
}

test("LoRAs, embeddings and another autoencoder are loaded beside the model", async () => {
  const adapters = join(fixtures, "adapters");
  const lora = join(adapters, "lora-kohya.safetensors");
  const extras = [
    ...["--lora", lora, "--lora", `${lora}:0.5`, "--vae", join(fixtures, "lcm/vae")],
    ...["--embedding", `${join(adapters, "inversion-embedding.safetensors")}:<thing>`],
  ];
  const read = ["--clip-skip", "1", "--prompt-syntax", "a1111", "--weight-memory", "mapped", "--out", "a.png"];
  expect(await generate("a (red:1.2) <thing>", ...extras, ...read)).toMatchObject({ code: 0, err: "" });
  expect(await readdir(cwd)).toEqual(["a.png"]);
});

test("an image of the web UI is made with its emphasis and clip skip, and the new file says so", async () => {
  const pixels = new Map<string, string>();
  const settings = "Steps: 2, Sampler: Euler, Schedule type: Karras, CFG scale: 5, Seed: 1, Size: 16x16, RNG: CPU";
  for (const more of ["", ", Emphasis: No norm", ", Emphasis: None", ", Emphasis: Ignore", ", Clip skip: 2"]) {
    const parameters = `a (red:1.9) (horse:0.3)\nNegative prompt: blurry\n${settings}${more}`;
    const image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as const;
    await writeFile(join(cwd, "web.png"), encodePng({ ...image, text: { parameters } }));
    const like = async (from: string, to: string) => {
      const { io, err } = capturedIo({ cwd });
      const args = ["--like", from, "--model", join(fixtures, "sd"), "--out", to, "--quiet"];
      expect(await main(["generate", ...args], io)).toBe(0);
      const file = await readFile(join(cwd, to));
      return { err: err(), texts: await imageTexts(file), data: decodePng(file).data.join() };
    };
    const first = await like("web.png", "d.png");
    expect(first.texts["parameters"]).toContain(`${settings}`.replace("RNG: CPU", "").replace(/, Seed.*/, ""));
    if (more !== "") expect(first.texts["parameters"]).toContain(more);
    const again = await like("d.png", "e.png");
    expect(again).toEqual({ ...first, err: "" });
    pixels.set(more, first.data);
  }
  expect(new Set(pixels.values()).size).toBe(pixels.size);
  await rm(join(cwd, "d.png"));
});

test("words that the text encoder does not reach are said", async () => {
  const { code, err } = await generate("the red horse ".repeat(30), "--out", "b.png");
  expect(code).toBe(0);
  expect(err).toMatch(
    /^note: the prompt is longer than the text encoder reads; left out: "(the |red |horse ?)+"\n.*a1111/,
  );
  expect((await generate("the red horse ".repeat(30), "--out", "b.png", "--quiet")).err).toBe("");
});

test("prompts joined by AND are written as they stand and repeated; a single prompt's weight is said", async () => {
  const prompt = "a horse :1.2 AND a red horse :-0.5";
  expect(await generate(prompt, "--prompt-syntax", "a1111", "--out", "f.png")).toMatchObject({ code: 0, err: "" });
  const { io } = capturedIo({ cwd });
  expect(await main(["generate", "--like", "f.png", "--model", join(fixtures, "sd"), "--out", "g.png"], io)).toBe(0);
  const [first, again] = [await readFile(join(cwd, "f.png")), await readFile(join(cwd, "g.png"))];
  expect((await imageTexts(first))["parameters"]?.split("\n")[0]).toBe(prompt);
  expect(decodePng(again).data).toEqual(decodePng(first).data);
  const { err } = await generate("a clock at 10:30", "--prompt-syntax", "a1111", "--out", "f.png");
  expect(err).toBe("note: the 30 after the prompt's last colon multiplies the guidance, as in the web UI\n");
});

test.each<[readonly string[], string]>([
  [["--lora", "style.safetensors:strong"], "--lora style.safetensors: expected a number from -100 to 100"],
  [["--lora", "style.safetensors:"], "expected a file, or a file and more after a colon"],
  [["--lora", "style.safetensors"], "style.safetensors"],
  [["--embedding", "word.safetensors:word"], "word.safetensors"],
  [["--vae", "nowhere"], "nowhere"],
  [["--variant", "fp17"], 'no weights of the variant "fp17"'],
  [["--clip-skip", "3"], "from 0 to 2 layers to leave out, got 3"],
  [["--emphasis", "no-norm"], 'the emphasis "no-norm" has no weights in a prompt that is read literally'],
  [["--seed", "-1"], "leave --seed out for a new one"],
  [["--prompt-syntax", "a111"], 'did you mean "a1111"?'],
  [["--weight-memory", "paged"], "expected one of packed, mapped"],
])("%j is refused", async (args, message) => {
  const { code, out, err } = await generate("a horse", ...args, "--out", "c.png");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(message);
});

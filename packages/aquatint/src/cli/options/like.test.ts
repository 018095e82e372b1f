import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CapturedOptions, capturedIo } from "../../../test/captured-io.ts";
import { tinyPixelModel, writeFiles } from "../../../test/tiny-pixel-model.ts";
import { imageTexts, withTexts } from "../../formats/image/file-texts.ts";
import { decodePng, encodePng } from "../../formats/png/png.ts";
import { main } from "../main.ts";

let root: string;
let cwd: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-like-"));
  await writeFiles(join(root, "model"), tinyPixelModel());
  await writeFiles(join(root, "other"), tinyPixelModel({ seed: 1 }));
});
beforeEach(async () => {
  cwd = await mkdtemp(join(root, "cwd-"));
});
afterAll(() => rm(root, { recursive: true }));

async function run(args: readonly string[], options: Partial<CapturedOptions> = {}) {
  const { io, out, err } = capturedIo({ cwd, ...options });
  const code = await main(["generate", ...args, "--quiet"], io);
  return { code, out: out(), err: err() };
}
const model = () => ["--model", join(root, "model")];
const bytes = (file: string) => readFile(join(cwd, file));
const texts = async (file: string) => imageTexts(await bytes(file));
const pixels = async (file: string) => [...decodePng(await bytes(file)).data];

const unusual = [
  ...["--seed", "123456789012", "--steps", "3", "--sampler", "Euler a", "--guidance", "3.5", "--size", "12x6"],
  ...[
    "--guidance-rescale",
    "0.4",
    "--guidance-range",
    "0.2..50",
    "--step-cache",
    "ucache,start=0",
    "--rng",
    "cuda-philox",
    "--noise",
    "brownian",
    "--negative",
    "blur, 雨",
  ],
];

describe("--like", () => {
  test("makes an image of ours again, pixel by pixel, from each kind of file", async () => {
    const prompt = "a red apple 🍎\nsecond line, (word:1.2)";
    for (const file of ["a.png", "a.jpg", "a.webp"]) {
      expect(await run([prompt, ...model(), ...unusual, "--out", file])).toMatchObject({ code: 0, err: "" });
      expect(await run([...model(), "--like", file, "--out", `${file}.png`])).toMatchObject({ code: 0, err: "" });
    }
    const first = await pixels("a.png");
    for (const file of ["a.png", "a.jpg", "a.webp"]) expect(await pixels(`${file}.png`)).toEqual(first);
    expect(await bytes("a.png.png")).toEqual(await bytes("a.png"));
    expect((await texts("a.jpg.png"))["aquatint"]).toBe((await texts("a.png"))["aquatint"]);
  });

  test.each([
    ["a hires fix", ["--hires", "2", "--hires-strength", "0.6", "--hires-steps", "4", "--size", "8x6"]],
    ["a variation", ["--variation-strength", "0.3", "--variation-seed", "123456789012"]],
  ])("makes %s again", async (_, flags) => {
    expect(await run(["a red apple", ...model(), "--steps", "2", ...flags, "--out", "a.png"])).toMatchObject({
      code: 0,
    });
    expect(await run([...model(), "--like", "a.png", "--out", "b.png"])).toMatchObject({ code: 0, err: "" });
    expect(await bytes("b.png")).toEqual(await bytes("a.png"));
  });

  test("says that a shorter prompt is padded where the web UI did not pad it", async () => {
    const image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as const;
    const notes = async (prompt: string, settings: string) => {
      const parameters = `${prompt}\nSteps: 1, Sampler: Euler, CFG scale: 3, Seed: 1, Size: 8x8${settings}`;
      await writeFile(join(cwd, "web.png"), encodePng({ ...image, text: { parameters } }));
      const { code, err } = await run([...model(), "--like", "web.png", "--out", "again.png"]);
      expect(code, err).toBe(0);
      return err;
    };
    const long = "a red apple ".repeat(40);
    expect(await notes(long, "")).toContain('"Pad conds" off');
    expect(await notes(long, ", Pad conds: True")).not.toContain("Pad conds");
    expect(await notes("apple", "")).not.toContain("Pad conds");
  });

  test("gives way to the prompt and the options beside it", async () => {
    await run(["a red apple", ...model(), "--seed", "5", "--steps", "2", "--out", "a.png"]);
    await run([...model(), "--like", "a.png", "--seed", "6", "--rng", "torch-cpu", "--out", "b.png"]);
    await run(["a blue cat", ...model(), "--like", "a.png", "--guidance", "1", "--out", "c.png"]);
    const recipe = async (file: string) => JSON.parse((await texts(file))["aquatint"]!);
    const first = await recipe("a.png");
    expect(await recipe("b.png")).toEqual({ ...first, seed: 6 });
    expect(await recipe("c.png")).toEqual({ ...first, prompt: "a blue cat", guidance: 1 });
  });

  test("takes of the web UI's what there is here, and says what is not repeated", async () => {
    const parameters = [
      "a red apple",
      "Negative prompt: blur",
      "Steps: 4, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 3, Seed: 42, Size: 12x8, Hires upscale: 2, Pad conds: True, Version: v1.10.1",
    ].join("\n");
    const blank = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as const;
    await writeFile(join(cwd, "web.png"), encodePng({ ...blank, text: { parameters } }));
    const { code, err } = await run([...model(), "--like", "web.png", "--out", "a.png"]);
    expect({ code, err }).toEqual({ code: 0, err: "note: not repeated: Hires upscale 2\n" });
    expect(JSON.parse((await texts("a.png"))["aquatint"]!)).toMatchObject({
      ...{ prompt: "a red apple", negative: "blur", steps: 4, sampler: "DPM++ 2M Karras", guidance: 3, seed: 42 },
      ...{ width: 12, height: 8, rng: "cuda-philox" },
    });
    expect((await texts("a.png"))["parameters"]).toContain("Sampler: DPM++ 2M, Schedule type: Karras, CFG");
  });

  test("names the model that is wanted where it is another, and refuses the default one in its place", async () => {
    await run(["a red apple", ...model(), "--steps", "1", "--out", "a.png"]);
    const other = await run(["--model", join(root, "other"), "--like", "a.png", "--out", "b.png"]);
    expect(other.code).toBe(0);
    expect(other.err).toMatch(
      /^note: the image was made by \S+\/model \([\da-f]{10}\); this one \([\da-f]{10}\) makes another\n$/,
    );
    const { code, err } = await run(["--like", "a.png", "--out", "c.png"]);
    expect(code).toBe(1);
    expect(err).toContain("which is not the default model");
    expect(err).toContain("--model PATH");
  });

  test.each([
    [{ seed: -1 }, '"seed"'],
    [{ steps: 1e9 }, "1 to 1000 whole steps"],
    [{ width: 90_000, height: 90_000 }, "pixels are more than"],
    [{ sampler: "\u001b[31m" }, "there is no sampler"],
    [{ rng: "dice" }, 'there is no random generator "dice"'],
    [{ prompt: 7 }, '"prompt"'],
  ])("refuses a recipe with %j", async (change, message) => {
    const recipe = {
      prompt: "a",
      seed: 1,
      steps: 1,
      sampler: "ddim",
      guidance: 1,
      rng: "torch-cpu",
      width: 8,
      height: 8,
    };
    const jpeg = await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    const said = { aquatint: JSON.stringify({ ...recipe, ...change }), parameters: "" };
    await writeFile(join(cwd, "hostile.jpg"), withTexts(jpeg, said));
    const { code, err } = await run([...model(), "--like", "hostile.jpg", "--out", "a.png"]);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

test("--no-metadata leaves out what an image says, in every kind of file", async () => {
  for (const file of ["a.png", "a.jpg", "a.webp"]) {
    await run(["a red apple", ...model(), "--steps", "1", "--no-metadata", "--out", file]);
    expect(await texts(file)).toEqual({});
    expect((await bytes(file)).toString("latin1")).not.toMatch(/apple|aquatint/i);
  }
});

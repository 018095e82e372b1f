import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedIo } from "../../test/captured-io.ts";
import { tinyPixelModel, writeFiles } from "../../test/tiny-pixel-model.ts";
import { encodePng } from "../formats/png/png.ts";
import { main } from "./main.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-wrong-"));
  await writeFiles(join(cwd, "model"), tinyPixelModel());
  await cp(join(cwd, "model"), join(cwd, "pickled"), { recursive: true });
  await writeFile(join(cwd, "pickled/unet/diffusion_pytorch_model.safetensors"), "PK\x03\x04 and then a pickle");
  await writeFile(join(cwd, "weights.ckpt"), Buffer.from("\x80\x04 and then a pickle", "latin1"));
  await mkdir(join(cwd, "folder.png"));
  await mkdir(join(cwd, "folder-2.png"));
  await writeFile(join(cwd, "small.png"), dark(4, 4));
  await writeFile(join(cwd, "wide.png"), dark(12, 4));
  await writeFile(join(cwd, "cut.png"), dark(4, 4).subarray(0, 40));
  await writeFile(join(cwd, "bad.json"), "{ no json");
  await writeFile(join(cwd, "empty.json"), "{}");
});
afterAll(() => rm(cwd, { recursive: true }));

const files = async () => (await readdir(cwd, { recursive: true })).sort();
const twice = (flag: string, value: string) => [flag, value, flag, value];
const dark = (width: number, height: number) =>
  encodePng({ width, height, channels: 3, data: new Uint8Array(width * height * 3) });
const generate = (...args: string[]) => ["generate", "a red apple", "--model", "model", ...args];

describe("wrong input fails before anything is loaded, with a sentence and a hint, and nothing is written", () => {
  test.each<[argv: string[], message: string, hint: string]>([
    [["generat", "x"], "unknown command 'generat'", "did you mean generate?"],
    [["a red apple"], "unknown command 'a red apple'", "aquatint generate"],
    [["txt2img", "x"], "unknown command 'txt2img'", "aquatint --help lists the commands"],
    [["generate", "-", "--model", "model"], 'the prompt is "-"', '"$(cat prompt.txt)"'],
    [["generate", "--prompt", "a cat"], "unknown option '--prompt'", 'here it is "a red apple", without an option'],
    [["generate", "-1: a cat"], "unknown option '-1: a cat'", 'after two more: -- "-1: a cat"'],
    [["generate"], "missing required argument 'prompt'", "in quotes"],
    [["generate", "a", "red", "apple"], "too many arguments for 'generate'", "in quotes"],
    [generate("--stpes", "3"), "unknown option '--stpes'", "did you mean --steps?"],
    [generate("--width", "64"), "unknown option '--width'", "here it is --size 512x512"],
    [generate("--cfg-scale", "7"), "unknown option '--cfg-scale'", "here it is --guidance 7.5"],
    [generate("--steps"), "option '--steps <n>' argument missing", "--help"],
    [generate("--steps", "many"), `--steps: expected a whole number of 1 or more, got "many"`, "--steps 30"],
    [generate("--steps", "0"), `--steps: expected a whole number of 1 or more, got "0"`, "--steps 30"],
    [generate("--steps", "2.5"), `got "2.5"`, "--steps 30"],
    [generate("--steps", "0x10"), `got "0x10"`, "--steps 30"],
    [generate("--steps", ""), `got ""`, "--steps 30"],
    [generate("--steps", "1001"), "expected 1 to 1000 whole steps, got 1001", "1 to 1000"],
    [generate("--guidance", "strong"), `--guidance: expected a number of 0 or more, got "strong"`, "--guidance 4"],
    [generate("--guidance", "-1"), `got "-1"`, "--guidance 4"],
    [generate("--guidance", "Infinity"), `got "Infinity"`, "--guidance 4"],
    [generate("--guidance", "1e999"), `got "1e999"`, "--guidance 4"],
    [generate("--sampler", "ddimm"), `there is no sampler "ddimm"`, `did you mean "ddim"?`],
    [generate("--sampler", "k_diffuse"), `there is no sampler "k_diffuse"`, "the samplers are ddim, ddim-cfgpp"],
    [
      generate("--seed", "lucky"),
      `--seed: expected a whole number from 0 to 18446744073709551615, got "lucky"`,
      "--seed 42",
    ],
    [generate("--seed", "18446744073709551616"), `got "18446744073709551616"`, "--seed 42"],
    [generate("--seed", "-1"), `got "-1"`, "leave --seed out for a new one"],
    [generate("--count", "0"), `--count: expected a whole number from 1 to 10000, got "0"`, "--count 4"],
    [generate("--size", "32"), `--size: expected width x height in pixels, got "32"`, "--size 32x32"],
    [generate("--size", "0x8"), `got "0x8"`, "--size 32x32"],
    [generate("--size", "8x-8"), `got "8x-8"`, "--size 32x32"],
    [generate("--size", "8x9"), "the height must be a multiple of 2 pixels, got 9", "trained at 8x8"],
    [generate("--size", "90000x90000"), "pixels are more than", "smaller"],
    [generate("--device", "cudaa"), `there is no device "cudaa"`, `did you mean "cuda"?`],
    [generate("--model", "nowhere"), "there is no model at", "model_index.json"],
    [generate("--model", "model/unet"), "expected a whole text-to-image model", "Stable Diffusion"],
    [generate("--model", "."), "is not a model folder", "it holds a model of its own"],
    [generate("--model", "weights.ckpt"), "can run any code", ".safetensors"],
    [generate("--model", "bad.json"), "it is a JSON text", "check the address"],
    [generate("--model", "pickled"), "can run any code", ".safetensors"],
    [
      generate("--out", "a.gif"),
      `--out: expected a name that ends in .png, .jpg, .jpeg, .webp, got "a.gif"`,
      "--out a.png",
    ],
    [generate("--out", "a.jpg", "--quality", "0"), `--quality: expected a whole number from 1 to 100`, "--quality 90"],
    [generate("--quality", "80"), "--quality: .png files keep every pixel", "--out FILE.jpg"],
    [generate("--preview", "taesd"), "needs the tiny autoencoder", "--preview-model PATH"],
    [generate("--preview", "lineal"), "--preview: expected one of off, linear, taesd", `did you mean "linear"?`],
    [generate("--preview-model", "model/unet"), "expected an AutoencoderTiny", "madebyollin/taesd"],
    [generate("--like", "nowhere.png"), "nowhere.png: no such file", "check the path"],
    [
      generate("--like", "bad.json"),
      "bad.json is not a PNG, JPEG, WebP, GIF, MP4 or WebM file",
      "saved by the program",
    ],
    [generate("--out", "folder.png"), "is a folder", "inside it"],
    [generate("--out", "folder.png", "--count", "2"), "folder-2.png is a folder", "inside it"],
    [generate("--init", "small.png", "--out", "./small.png"), "would take the place of small.png", "another name"],
    [generate("--init", "folder-1.png", "--out", "folder.png", "--count", "2"), "the place of folder-1.png", "another"],
    [generate("--strip", "a.gif"), `--strip: expected a name that ends in .png, got "a.gif"`, "--strip a.png"],
    [generate("--out", "a.png", "--strip", "./a.png"), "is named twice", "of its own"],
    [generate("--save-trajectory", "a.npz"), "ends in .safetensors", "--save-trajectory a.safetensors"],
    [generate("--save-trajectory", "a.safetensors", "--steps", "1000", "--size", "512x512"), "6000 MiB", "fewer steps"],
    [generate("--strength", "0.5"), "--strength: there is no --init", "give --init, too"],
    [generate("--strength", "0", "--init", "small.png"), `--strength: expected a number above 0`, "--strength 0.6"],
    [generate("--strength", "2"), `--strength: expected a number from 0 to 1, got "2"`, "--strength 0.6"],
    [generate("--init", "small.png", "--strength", "0.01"), "leaves none of 50 steps", "at least 100 steps"],
    [generate("--init", "nowhere.png"), "nowhere.png: no such file", "check the path"],
    [generate("--init", "weights.ckpt"), "cannot be read as an image", "PNG, JPEG"],
    [generate("--init", "cut.png"), "cut.png", "fetch it again"],
    [generate("--mask", "small.png"), "--mask: there is no --init", "give --init, too"],
    [generate("--init", "small.png", "--mask", "wide.png"), "the mask is 12x4, its image 4x4", "image's size"],
    [generate("--init", "small.png", "--mask", "small.png"), "dark everywhere", "paint white"],
    [generate("--control", "model"), "--control: there is no --control-image", "give --control-image, too"],
    [generate("--control-image", "small.png"), "--control-image: there is no --control", "give --control, too"],
    [generate("--control-scale", "1"), "--control-scale: there is no --control", "give --control, too"],
    [generate("--control-range", "0.5"), `--control-range: expected two shares`, "--control-range 0-0.5"],
    [generate("--control-range", "0.5-0.2"), `got "0.5-0.2"`, "--control-range 0-0.5"],
    [
      generate("--control", "a", "--control", "b", "--control", "c", ...twice("--control-image", "small.png")),
      "--control-image is given 2 times, --control 3 times",
      "once for each",
    ],
    [generate("--control", "model", "--control-image", "small.png"), "holds no ControlNet but", "ControlNet"],
    [generate("--control", "nowhere", "--control-image", "small.png"), "there is no model at", "model_index.json"],
    [generate("--hires", "1"), "--hires: expected a number above 1", "--hires 2"],
    [generate("--hires", "20"), `--hires: expected a number from 1 to 8, got "20"`, "--hires 2"],
    [generate("--hires-strength", "0.5"), "--hires-strength: there is no --hires", "give --hires, too"],
    [generate("--hires", "2", "--init", "small.png"), "and there is an --init", "--size"],
    [generate("--hires", "2", "--strip", "a.png"), "--strip shows one walk", "leave one"],
    [generate("--batch", "0"), `--batch: expected a whole number from 1 to 64, got "0"`, "--batch 4"],
    [generate("--size", "9x8"), "the width must be a multiple of 2 pixels, got 9", "8x8"],
    [["train"], "missing required argument 'config'", "--help"],
    [["train", "nowhere.json"], "nowhere.json: no such file", "check the path"],
    [
      ["train", "empty.json", "--threads", "none"],
      `--threads: expected a whole number from 1 to 1024, got "none"`,
      "4",
    ],
    [["train", "empty.json"], "empty.json", "docs/training.md"],
  ])("%j", async (argv, message, hint) => {
    const before = await files();
    const { io, out, err } = capturedIo({ cwd });
    expect(await main(argv, io)).toBe(1);
    const [error, advice] = err().split(/\nhint: /);
    expect(error).toMatch(/^error: /);
    expect(error).toContain(message);
    expect(advice).toContain(hint);
    expect(err()).not.toMatch(/^ +at /m);
    expect(out()).toBe("");
    expect(await files()).toEqual(before);
  });
});

describe("main", () => {
  test("prints the version and the help on stdout", async () => {
    const version = capturedIo({ cwd });
    expect(await main(["--version"], version.io)).toBe(0);
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = capturedIo({ cwd });
    expect(await main(["generate", "--help"], help.io)).toBe(0);
    for (const text of ["the model's own, or 50)", "(default: 1)", "DPM++ 2M Karras"])
      expect(help.out()).toContain(text);
    expect(help.err()).toBe("");
  });

  test.each([
    [{}, false],
    [{ AQUATINT_DEBUG: "1" }, true],
  ])("says of a failure that nobody expected how to see more, with %j its stack", async (env, stack) => {
    const { io, err } = capturedIo({ cwd, env });
    const broken = Object.assign(Object.create(io.stdout), { write: () => fail() });
    const fail = () => {
      throw new TypeError("no such luck");
    };
    expect(await main(["--version"], { ...io, stdout: broken })).toBe(1);
    expect(err()).toMatch(/^internal error: no such luck\nhint: set AQUATINT_DEBUG=1/);
    expect(/^ +at /m.test(err())).toBe(stack);
  });
});

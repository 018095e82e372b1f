import { expect, test } from "vitest";
import { imageMetadata } from "./index.ts";
import { parseInfotext } from "./infotext.ts";

const line = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x768";

test.each([
  ["lines that extensions write after the settings", `${line}\nTemplate: a {cat|dog}\nNegative Template: blurry\nmore`],
  ["a value of several lines", `${line}, Wildcard prompt: "a {cat|\ndog}", Version: v1.6.0`],
  ["JSON whose names hold settings", `${line}, Civitai resources: [{"modelName":"Foo, Seed: 999, Size: 1x1"}]`],
  ["brackets that are no JSON", `${line}, Model: [a, b`],
  ["the same setting twice: the first counts", `${line}, Seed: 999`],
  ["quotes within quotes", `${line}, Hires prompt: "a \\"b\\", Seed: 999", Version: v1.6.0`],
  ["a quote inside a value", `${line}, Model: a"b, Version: v1`],
  ["names with brackets", `${line}, Vec. CC [v1.2]: x, Version: v1.6.0`],
  ["no spaces after commas (AI Horde)", "Steps: 20, Sampler: k_euler_a,Seed: 5,Size: 512x768, CFG scale: 7"],
])("%s", (_, settings) => {
  const { prompt, negative, settings: actual } = parseInfotext(`a cat\nNegative prompt: blurry\n${settings}`);
  expect({ prompt, negative }).toEqual({ prompt: "a cat", negative: "blurry" });
  expect(actual).toMatchObject({ Steps: "20", Seed: "5", Size: "512x768" });
});

test("values come unquoted, and later lines are settings of their own", () => {
  const { settings } = parseInfotext(
    `a\n${line}, Hires prompt: "a, \\"b\\": c", Lora hashes: "x: 1, y: 2"\nTemplate: a, b: c\nand more`,
  );
  expect(settings).toMatchObject({
    ...{ "Hires prompt": 'a, "b": c', "Lora hashes": "x: 1, y: 2", Template: "a, b: c\nand more" },
  });
});

test("a text whose line ends were lost is parted where its parts begin", () => {
  const metadata = imageMetadata({
    parameters: `a cat, fur.Negative prompt: blurry, Size.${line}, Version: f2.0.1v1.10.1`,
  });
  expect(metadata).toMatchObject({ prompt: "a cat, fur", negative: "blurry, Size", seed: 5, width: 512 });
});

test.each([
  ["a prompt whose last line has three colons", "a cat\n<lora: one v1:1>, <lora: two v1:1>, <lora: three v1:1>, dog"],
  ["a prompt alone", "only words"],
  ["words with colons", "title: a, light: b, mood: c"],
])("%s has no settings", (_, text) => {
  expect(parseInfotext(text)).toMatchObject({ prompt: text, settings: {} });
});

test.each([
  ["\r\n", `a cat\r\nNegative prompt: blurry\r\n${line}\r\n`],
  ["blank lines and zeros at the end", `\n a cat\n\nNegative prompt: blurry\n${line}\n\n\0\0`],
])("lines end with %j", (_, parameters) => {
  expect(imageMetadata({ parameters })).toMatchObject({ prompt: "a cat", negative: "blurry", seed: 5, width: 512 });
});

test.each([
  ["v1.9.4", { layer: 2, rule: "a1111" }],
  ["f2.0.1v1.10.1-previous-1", { layer: 2, rule: "comfyui" }],
  ["ComfyUI", { layer: 2, rule: "comfyui" }],
])("clip skip of version %s is as that program applies it", (version, clipStop) => {
  expect(imageMetadata({ parameters: `a\n${line}, Clip skip: 2, Version: ${version}` })).toMatchObject({ clipStop });
});

test("old hires fix names what was generated first; Civitai's resources are LoRAs", () => {
  const parameters = `a\n${line}, First pass size: 256x384, Civitai resources: [{"type":"checkpoint","modelName":"M"},{"type":"lora","weight":0.8,"modelName":"Bar","modelVersionName":"V1"}]`;
  expect(imageMetadata({ parameters })).toMatchObject({
    ...{ width: 256, height: 384, networks: [{ kind: "lora", name: "Bar V1", scale: 0.8 }] },
    unrepeated: ["First pass size 256x384"],
  });
});

test("Krita's plugin names the sampler in brackets, and a hash that it does not know", () => {
  const parameters = `a\nSteps: 8, Sampler: Lightning - Euler a (euler_ancestral / sgm_uniform), Seed: 1, Model hash: unknown`;
  expect(imageMetadata({ parameters })).toMatchObject({ sampler: "euler_ancestral sgm_uniform" });
  expect(imageMetadata({ parameters })).not.toHaveProperty("modelHash");
});

test("a LoRA goes with the space before it, but commas stay apart, since two that touch are another token", () => {
  const prompt = (text: string) => imageMetadata({ parameters: `${text}\n${line}` })!.prompt;
  expect(prompt("a cat <lora:x:1>, <lora:y:1>blue")).toBe("a cat, blue");
  expect(prompt("a cat,\n<lora:x:1>, <lora:y:1>, blue")).toBe("a cat,\n, , blue");
  expect(prompt("<lora:x:1> a cat <lora:y:0.5:0.7>")).toBe("a cat");
});

test("a comment of a camera is no metadata, the same text in UserComment is", () => {
  expect(imageMetadata({ UserComment: "Screenshot", ImageDescription: "a holiday" })).toBeUndefined();
  expect(imageMetadata({ UserComment: `a cat\n${line}` })).toMatchObject({ source: "a1111", seed: 5 });
});

test("settings that SD.Next parts by bars", () => {
  const text =
    "a cat\nNegative prompt: dog\nSteps: 25 | Seed: 7 | Sampler: Euler a | CFG scale: 7 | Size: 64x64 | Parser: Full";
  expect(parseInfotext(text)).toMatchObject({
    prompt: "a cat",
    negative: "dog",
    settings: { Steps: "25", Seed: "7", Sampler: "Euler a", Size: "64x64", Parser: "Full" },
  });
});

test("settings without a prompt before them, and with a line behind them", () => {
  const infotext = parseInfotext("Steps: 7, Size: 64x32\nTemplate: a fox");
  expect(infotext).toMatchObject({ prompt: "", settings: { Steps: "7", Size: "64x32" } });
});

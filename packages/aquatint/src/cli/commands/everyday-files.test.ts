import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { tinyPixelModel, writeFiles } from "../../../test/tiny-pixel-model.ts";
import { imageTexts } from "../../formats/image/file-texts.ts";
import { encodePng } from "../../formats/png/png.ts";
import { writtenRun } from "../../runs/written-run.cases.ts";
import { main } from "../main.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-everyday-"));
  await writeFiles(join(cwd, "model"), tinyPixelModel());
  await writeFile(join(cwd, "a.png"), encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192) }));
  await writeFile(join(cwd, "digits.json"), JSON.stringify({ dataset: { name: "digits", digits: [3] } }));
  for (const name of ["one", "two"]) await writtenRun(join(cwd, "runs", name));
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(...argv: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd });
  return { code: await main(argv, io), out: out(), err: err() };
}
const small = (prompt: string, ...args: readonly string[]) =>
  run("generate", prompt, "--model", "model", "--steps", "2", "--quiet", ...args);
const isFile = async (path: string) => (await stat(join(cwd, path))).isFile();

describe("a folder that is missing is made by", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "generate",
      [
        "generate",
        "x",
        "--model",
        "model",
        "--steps",
        "2",
        "--out",
        "g/1/a.png",
        "--strip",
        "g/2/s.png",
        "--save-trajectory",
        "g/3/t.safetensors",
      ],
      ["g/1/a.png", "g/2/s.png", "g/3/t.safetensors"],
    ],
    ["noise", ["noise", "a.png", "--out", "n/o/a.png"], ["n/o/a.png"]],
    [
      "denoise",
      ["denoise", "a.png", "--model", "model", "--out", "d/a.png", "--strip", "e/s.png"],
      ["d/a.png", "e/s.png"],
    ],
    ["data", ["data", "digits.json", "--count", "1", "--out", "s/h/sheet.png"], ["s/h/sheet.png"]],
    ["schedule", ["schedule", "--plot", "p/l/o.svg"], ["p/l/o.svg"]],
    ["runs compare", ["runs", "compare", "runs/one", "runs/two", "--out", "r/c.html"], ["r/c.html"]],
  ])("%s", async (_, argv, files) => {
    expect(await run(...argv)).toMatchObject({ code: 0 });
    for (const file of files) expect(await isFile(file), file).toBe(true);
  });

  test("nothing where the command is refused", async () => {
    expect(await small("x", "--out", "never/a.png", "--size", "7x7")).toMatchObject({ code: 1 });
    expect(await readdir(cwd)).not.toContain("never");
  });

  test("a file in its place is named", async () => {
    expect(await small("x", "--out", "a.png/b/c.png")).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /a\.png is a file, expected a folder\nhint: choose another folder with --out FILE\.png/,
      ),
    });
    expect(await run("theory", "--out", "a.png/t.html")).toMatchObject({
      code: 1,
      err: expect.stringContaining("with --out FILE.html"),
    });
    expect(await run("noise", "a.png", "--out", "n.jpg")).toMatchObject({
      code: 1,
      err: expect.stringContaining('a name that ends in .png, got "n.jpg"'),
    });
  });
});

describe("names as people have them", () => {
  test.each([
    "with space.png",
    "gr\u00fc\u00df \u6c34 \ud83d\ude00.png",
    "#1 100%25.png",
    "a:b.png",
    "-dash.png",
    "..hidden.png",
    "CON.png",
    `${"long ".repeat(49)}.png`,
  ])("--out %j", async (name) => {
    expect(await small("x", "--out", name)).toMatchObject({ code: 0 });
    expect(await isFile(name)).toBe(true);
  });

  test("a name that no disk takes is refused in words, and nothing is left of it", async () => {
    const name = `${"x".repeat(300)}.png`;
    expect(await small("x", "--out", name)).toMatchObject({
      code: 1,
      err: expect.stringContaining("name is too long"),
    });
  });

  test.each([
    ["a/b\\c ../../d", "a-b-c-d"],
    ["\ud83d\ude00!?\u2026 ...", "image"],
    ["CON", "con"],
    ["\ud800 lone", "lone"],
    ["\u0928\u092e\u0938\u094d\u0924\u0947", "\u0928\u092e\u0938\u094d\u0924\u0947"],
    ["-n --steps", "n-steps"],
  ])("the prompt %j names its file", async (prompt, stem) => {
    const { code, out } = await run("generate", "--model", "model", "--steps", "1", "--quiet", "--", prompt);
    expect([code, out.startsWith(`${join("out", stem)}-0001.png `)], out).toEqual([0, true]);
  });

  test("the folder of a training run points to its model", async () => {
    await cp(join(cwd, "model"), join(cwd, "a run/model"), { recursive: true });
    await writeFile(join(cwd, "a run/config.json"), JSON.stringify({ task: "denoising" }));
    const { err } = await run("generate", "x", "--model", "a run");
    expect(err).toContain(`hint: it holds a model of its own, as a training run does: ${join(cwd, "a run/model")}`);
  });

  test("long texts are not echoed whole", async () => {
    const long = "word ".repeat(4000);
    expect((await small("x", "--steps", long)).err.length).toBeLessThan(300);
    expect((await small(long, "--out", "long.png")).err.length).toBeLessThan(600);
  });

  test("a model in a folder of an odd name is opened", async () => {
    for (const name of ["#m %41 \u00fc", "-m", "a:0.5"]) {
      await cp(join(cwd, "model"), join(cwd, name), { recursive: true });
      expect(await run("generate", "x", "--model", name, "--steps", "1", "--out", "m.png")).toMatchObject({ code: 0 });
    }
  });

  test.each([
    ["--lora", "style:v2.safetensors"],
    ["--lora", "style:0.5"],
    ["--embedding", "my:word.safetensors"],
  ])("%s takes a file that exists, colon and all", async (flag, name) => {
    await mkdir(join(cwd, "colons"), { recursive: true });
    await writeFile(join(cwd, name), "no safetensors");
    const { code, err } = await small("x", flag, name);
    expect(code).toBe(1);
    expect(err).toContain(name);
    expect(err).not.toContain("expected a number");
  });

  test("and reads what stands behind a colon where there is no such file", async () => {
    expect((await small("x", "--lora", "gone:v2.safetensors")).err).toContain("--lora gone: expected a number");
    expect((await small("x", "--lora", "gone.safetensors:0.5")).err).toContain("gone.safetensors: no such file");
    expect((await small("x", "--lora", "C:\\loras\\gone.safetensors:0.5")).err).toContain(
      "C:\\loras\\gone.safetensors: ",
    );
  });
});

describe("seeds", () => {
  test("have 64 bits and follow each other around", async () => {
    const last = String(2n ** 64n - 1n);
    const { code, out } = await small("x", "--seed", last, "--count", "2", "--out", "seed.png", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out).images.map(({ seed }: { seed: unknown }) => seed)).toEqual([last, 0]);
    expect(JSON.stringify(await imageTexts(await readFile(join(cwd, "seed-1.png"))))).toContain(last);
    expect(await run("generate", "--like", "seed-1.png", "--model", "model", "--out", "again.png")).toMatchObject({
      code: 0,
      out: expect.stringContaining(`seed ${last}`),
    });
    expect(await readFile(join(cwd, "again.png"))).toEqual(await readFile(join(cwd, "seed-1.png")));
  });

  test("beyond 2^53 are told by every command that draws", async () => {
    const big = "9007199254740993";
    for (const command of [
      ["noise", "a.png"],
      ["denoise", "a.png", "--model", "model"],
    ]) {
      const { code, out } = await run(...command, "--seed", big, "--json");
      expect([code, JSON.parse(out).seed]).toEqual([0, big]);
    }
  });

  test.each([
    ["-1", "leave --seed out for a new one"],
    ["18446744073709551616", "for example --seed 42"],
    ["1e3", "for example --seed 42"],
  ])("%s is refused with advice", async (seed, hint) => {
    expect(await small("x", "--seed", seed)).toMatchObject({
      code: 1,
      err: expect.stringMatching(new RegExp(`from 0 to 18446744073709551615, got "${seed}"\\nhint: ${hint}`)),
    });
  });
});

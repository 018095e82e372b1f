import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noiseWeights } from "../../../test/evaluate.ts";
import { encodePng } from "../../formats/png/png.ts";
import { AutoencoderKL, parseAutoencoderConfig } from "../../models/autoencoder/index.ts";
import { parameters } from "../../nn/module.ts";
import { encodeComponent } from "../../pipelines/model/encode-folder.ts";
import { tinyVae } from "../../train/tiny.cases.ts";
import { main } from "../main.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-encode-"));
  const config = { ...tinyVae, sample_size: 32, scaling_factor: 0.5 };
  const weights = noiseWeights(parameters(AutoencoderKL(parseAutoencoderConfig(config))));
  for (const [path, bytes] of encodeComponent({ folder: "", className: "AutoencoderKL", config, weights })) {
    await writeFile(join(cwd, path), bytes);
  }
  await writeFile(join(cwd, "run.json"), JSON.stringify({ dataset: { name: "digits", digits: [3] } }));
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(...argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(["encode", ...argv], { stdout, stderr, cwd, env: {}, signal: new AbortController().signal });
  const text = (stream: PassThrough) => String(stream.read() ?? "");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const counts = ["--count", "3", "--held-out", "2", "--threads", "1"];

test("latents of a run's data are written to a folder", async () => {
  const { code, stdout } = await run("run.json", "--vae", ".", "--out", "pool", ...counts);
  expect([code, stdout]).toEqual([0, "pool\n"]);
  const bytes = async (file: string) => (await stat(join(cwd, "pool", file))).size;
  expect([await bytes("train.latents"), await bytes("held-out.latents")]).toEqual([3 * 2048, 2 * 2048]);
});

test("a data set without held-out samples is refused before there is a pool", async () => {
  await mkdir(join(cwd, "few"));
  const image = { width: 8, height: 8, channels: 3, data: new Uint8Array(192) } as const;
  await writeFile(join(cwd, "few/a.png"), encodePng(image));
  await writeFile(join(cwd, "few/a.txt"), "a square");
  const dataset = { name: "captioned-folder", folder: join(cwd, "few"), size: 32, held_out_share: 0 };
  await writeFile(join(cwd, "few.json"), JSON.stringify(dataset));
  const before = (await readdir(cwd)).sort();
  const { code, stderr } = await run("few.json", "--vae", ".", "--out", "none", ...counts);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("has no images that are held-out\nhint: raise held_out_share"),
  ]);
  expect((await readdir(cwd)).sort()).toEqual(before);
});

test.each([
  [["run.json", "--out", "pool"], "required option '--vae <folder>'"],
  [["run.json", "--vae", "gone", "--out", "pool"], "gone"],
  [["run.json", "--vae", ".", "--out", "pool", "--count", "0"], "--count"],
  [["gone.json", "--vae", ".", "--out", "pool"], "gone.json"],
])("%j is told to be wrong", async (argv, message) => {
  expect(await run(...argv)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});

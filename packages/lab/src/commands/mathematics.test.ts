import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "aquatint/cli";
import { decodePng, encodePng } from "aquatint/formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedIo } from "../../../aquatint/test/captured-io.ts";
import { tinyLatentModel } from "../../../aquatint/test/tiny-latent-model.ts";
import { tinyPixelModel, writeFiles } from "../../../aquatint/test/tiny-pixel-model.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-theory-"));
  await writeFiles(join(cwd, "model"), tinyPixelModel());
  const data = Uint8Array.from({ length: 12 * 10 * 3 }, (_, i) => (i * 7) % 256);
  await writeFile(join(cwd, "p.png"), encodePng({ width: 12, height: 10, channels: 3, data }));
  await writeFile(join(cwd, "none.json"), "{}");
  await writeFiles(join(cwd, "latent"), tinyLatentModel());
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(...argv: string[]) {
  const { io, out, err } = capturedIo({ cwd });
  const code = await main(argv, io);
  return { code, out: out(), err: err() };
}

describe("aquatint schedule", () => {
  test("--json gives T + 1 numbers from 1 on", async () => {
    const { code, out } = await run("schedule", "--name", "cosine", "--steps", "4", "--json");
    const { name, steps, alphaBar } = JSON.parse(out);
    expect({ code, name, steps }).toEqual({ code: 0, name: "cosine", steps: 4 });
    [1, Math.cos(Math.PI / 8) ** 2, 0.5, Math.sin(Math.PI / 8) ** 2, 0].forEach((v, i) => {
      expect(alphaBar[i]).toBeCloseTo(v, 14);
    });
    expect(alphaBar).toHaveLength(5);
  });

  test("shows a table, and draws the figure with the schedule beside it", async () => {
    const { out } = await run("schedule", "--name", "sigmoid", "--plot", "s.svg");
    expect(out).toMatch(/^sigmoid, T = 1000\n.*alphaBar/);
    expect(out.trimEnd().split("\n")).toHaveLength(14);
    const svg = await readFile(join(cwd, "s.svg"), "utf8");
    for (const name of ["linear", "cosine", "sigmoid"]) expect(svg).toContain(`>${name}</text>`);
  });

  test("an unknown name, and a file that is no SVG, are refused", async () => {
    expect((await run("schedule", "--name", "cosin")).err).toContain('did you mean "cosine"?');
    expect((await run("schedule", "--plot", "s.png")).err).toContain("expected a name that ends in .svg");
  });
});

describe("aquatint noise", () => {
  test("writes a strip in which t = 0 is the image", async () => {
    const { code, out } = await run(
      "noise",
      "p.png",
      "--at",
      "0,500,1000",
      "--seed",
      "1",
      "--out",
      "strip.png",
      "--json",
    );
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      schedule: "cosine",
      width: 12,
      height: 10,
      seed: 1,
      at: [{ sigma: 0 }, {}, { alpha: 0 }],
    });
    const strip = decodePng(await readFile(join(cwd, "strip.png")));
    expect([code, strip.width]).toEqual([0, 3 * (12 * 7 + 2) + 2]);
    expect([...strip.data.slice((2 * strip.width + 2) * 3, (2 * strip.width + 2) * 3 + 3)]).toEqual([0, 7, 14]);
  });

  test("a time beyond T is refused before anything is written", async () => {
    const { code, err } = await run("noise", "p.png", "--at", "0,2000", "--out", "never.png");
    expect([code, err]).toEqual([1, expect.stringContaining('"cosine" runs over t = 0 .. 1000, got 2000')]);
    expect((await run("noise", "p.png", "--at", "0,many")).err).toContain('got "many"');
    await expect(readFile(join(cwd, "never.png"))).rejects.toThrow();
  });
});

describe("with a pixel model", () => {
  test("denoise says the PSNR before and after, and that it resized", async () => {
    const args = ["--model", "model", "--seed", "3", "--out", "d.png", "--strip", "ds.png", "--json"];
    const { out, err } = await run("denoise", "p.png", "--sigma", "0.75", ...args);
    expect(err).toBe("p.png was resized from 12x10 to 8x8, cut off at its left and right\n");
    const report = JSON.parse(out);
    expect(report).toMatchObject({ sigma: 0.75, seed: 3, width: 8, height: 8, resizedFrom: { width: 12, height: 10 } });
    expect(report.psnr.before).toBeGreaterThan(5);
    expect(report.psnr.after).not.toBe(report.psnr.before);
    expect(decodePng(await readFile(join(cwd, "d.png")))).toMatchObject({ width: 8, height: 8 });
  });

  test("elbo gives three parts that are the sums of their terms", async () => {
    const args = ["--image", "p.png", "--model", "model", "--steps", "12", "--seed", "1"];
    const { out } = await run("elbo", ...args, "--json");
    const { bitsPerDimension: bits, terms } = JSON.parse(out);
    expect(terms).toHaveLength(13);
    const sum = (part: string) =>
      terms.reduce((s: number, term: { part: string; bits: number }) => s + (term.part === part ? term.bits : 0), 0);
    expect(bits.denoisingMatching).toBeCloseTo(sum("denoising matching"), 10);
    expect(bits.total).toBeCloseTo(bits.reconstruction + bits.priorMatching + bits.denoisingMatching, 10);
    const result = await run("elbo", ...args, "--variance", "large", "--quiet");
    expect(result.out).toMatch(
      /^reconstruction .*\nprior matching .*\ndenoising matching .*\nELBO .*bits per dimension\n12 /,
    );
  });

  test("a latent model is refused with the reason", async () => {
    for (const args of [
      ["denoise", "p.png"],
      ["elbo", "--image", "p.png"],
    ]) {
      const { code, err } = await run(...args, "--model", "latent");
      expect([code, err]).toEqual([1, expect.stringContaining("denoises an autoencoder's latents and not pixels")]);
    }
  });

  test("what is no image is refused", async () => {
    expect((await run("denoise", "none.json", "--model", "model")).err).toContain("cannot be read as an image");
    expect((await run("elbo", "--image", "none.png", "--model", "model")).err).toContain("no such file");
  });
});

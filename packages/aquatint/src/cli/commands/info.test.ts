import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { encodePng } from "../../formats/png/png.ts";
import { main } from "../main.ts";

let cwd: string;
const image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as const;
const parameters =
  "a fox\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 8x6, Clip skip: 2";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-info-"));
  await writeFile(join(cwd, "fox.png"), encodePng({ ...image, text: { parameters } }));
  await writeFile(join(cwd, "bare.png"), encodePng(image));
});
afterAll(() => rm(cwd, { recursive: true }));

async function info(...args: string[]) {
  const { io, out, err } = capturedIo({ cwd });
  const code = await main(["info", ...args], io);
  return { code, out: out(), err: err() };
}

test("aquatint info says how an image was made, in lines or as JSON", async () => {
  expect(await info("fox.png")).toMatchObject({ code: 0, err: "" });
  const { out } = await info("fox.png");
  for (const line of [/^made by +AUTO/m, /^prompt +a fox$/m, /^negative +blur$/m, /^seed +42$/m, /^size +8x6$/m]) {
    expect(out).toMatch(line);
  }
  expect(out.match(/^Clip skip +2$/m)).not.toBeNull();
  expect(out).not.toMatch(/CFG scale|Seed:/);
  expect(JSON.parse((await info("fox.png", "--json")).out)).toMatchObject({ source: "a1111", seed: 42, width: 8 });
});

test("what would write on the screen is shown as its code", async () => {
  const text = { parameters: "a \u001b[2J\u202e fox\nSteps: 1, Sampler: \u009b31mEuler, Seed: 1" };
  await writeFile(join(cwd, "hostile.png"), encodePng({ ...image, text }));
  const { code, out } = await info("hostile.png");
  expect(code).toBe(0);
  expect(out).toMatch(/^prompt +a \\u001b\[2J\\u202e fox$/m);
  expect(out).toMatch(/^sampler +\\u009b31mEuler$/m);
});

test.each([
  ["bare.png", "does not say how it was made"],
  ["nowhere.png", "no such file"],
])("%s is refused with a hint", async (file, message) => {
  const { code, out, err } = await info(file);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(message);
  expect(err).toContain("hint: ");
});

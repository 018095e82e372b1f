import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTextToImage } from "../generate.node.ts";

const fixture = (path: string) => fileURLToPath(new URL(`../../../test/fixtures/conditioned/${path}`, import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-checkpoint-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A model without its tokenizers, with these changes to its configs. */
async function without(model: string, changes: Readonly<Record<string, object>> = {}): Promise<string> {
  const folder = await mkdtemp(join(root, "model-"));
  await cp(fixture(model), folder, { recursive: true, filter: (path) => !/tokenizer(_2)?$/.test(path) });
  for (const [part, change] of Object.entries(changes)) {
    const file = join(folder, part, "config.json");
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...change }));
  }
  return folder;
}

const published = { vocab_size: 49408 };
const [START, END, EXCLAMATION] = [49406, 49407, 0];
test.each([
  ["sd", { text_encoder: published }, [END]],
  ["sd", { text_encoder: published, unet: { use_linear_projection: true } }, [EXCLAMATION]],
  ["xl", { text_encoder: published, text_encoder_2: published }, [END, EXCLAMATION]],
  ["xl-refiner", { text_encoder_2: published }, [EXCLAMATION]],
])("a folder of %s without a tokenizer is read by CLIP's published one: %j", async (model, changes, padding) => {
  const { tokenizers } = await openTextToImage(await without(model, changes));
  const read = tokenizers.map((tokenizer) => [...tokenizer.tokenize("a horse").slice(0, 5)]);
  expect(read).toEqual(padding.map((pad) => [START, 320, 4558, END, pad]));
});

test("an encoder of fewer tokens than the published ones is refused without its own tokenizer", async () => {
  await expect(openTextToImage(await without("sd"))).rejects.toMatchObject({
    code: "model/parts",
    message: expect.stringMatching(
      /tokenizer\/vocab\.json, and its text_encoder knows 525 tokens, fewer than the 49408/,
    ),
  });
});

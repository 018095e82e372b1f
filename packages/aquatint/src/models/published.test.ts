import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type ModelName, makeModel } from "../../test/make-model.ts";
import { sizeOf } from "../graph/types.ts";
import { expectKeys, parameters } from "../nn/module.ts";

/** Content of the file that bench/peers/published_keys.py wrote of diffusers' and transformers' models, at full size. */
interface Published {
  readonly class: ModelName;
  readonly config: object;
  readonly parameters: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}
const file = readFileSync(new URL("../../test/fixtures/published-keys.json.gz", import.meta.url));
const published: Readonly<Record<string, Published>> = JSON.parse(new TextDecoder().decode(gunzipSync(file)));

/** Figures that model cards give, so that the fixture itself is held to something. */
const parameterCounts = {
  "sd15/unet": 859_520_964,
  "sd21/unet": 865_910_724,
  "sdxl/unet": 2_567_463_684,
  "sd15/vae": 83_653_863,
  "sd15/text_encoder": 123_060_480,
};

/** SparseCtrl is refused by its key list (checkpoints/published-motion.test.ts). */
const read = Object.entries(published).filter(([label]) => !label.startsWith("sparsectrl"));

test.each(read)("%s has the published names and shapes", (label, { class: name, ...expected }) => {
  const actual = parameters(makeModel(name, expected.config));
  const shapes = new Map(Object.entries(expected.shapes).map(([key, shape]) => [key, { shape }]));
  expectKeys(label, actual, shapes);
  expect([...actual.values()].reduce((n, { shape }) => n + sizeOf(shape), 0)).toBe(expected.parameters);
});

test.each(Object.entries(parameterCounts))("%s has %i weights", (label, count) => {
  expect(published[label]?.parameters).toBe(count);
});

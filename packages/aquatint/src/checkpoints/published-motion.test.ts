import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { headerFile } from "../../test/header-file.ts";
import { parseMotionAdapterConfig } from "../models/motion/index.ts";
import { motionModules } from "../pipelines/adapters/motion.ts";
import { openModel } from "./open.ts";

/** Content of the file that bench/peers/published_keys.py wrote of diffusers' models, at full size. */
interface Published {
  readonly class: string;
  readonly config: object;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}
const file = readFileSync(new URL("../../test/fixtures/published-keys.json.gz", import.meta.url));
const published: Readonly<Record<string, Published>> = JSON.parse(new TextDecoder().decode(gunzipSync(file)));
const adapters = Object.entries(published).filter(([, { class: name }]) => name === "MotionAdapter");
const sparse = Object.entries(published).filter(([, { class: name }]) => name === "SparseControlNetModel");
type Shapes = Published["shapes"];

/** A weight's name in the files of AnimateDiff itself (mm_sd_v15_v2.ckpt, v3_sd15_mm.ckpt, mm_sdxl_v10_beta.ckpt), from diffusers' name. */
const originalName = (key: string): string =>
  key
    .replace(/(motion_modules\.\d+)\./, "$1.temporal_transformer.")
    .replace(".pos_embed.", ".attention_blocks.0.pos_encoder.")
    .replace(/\.attn([12])\./, (_, n) => `.attention_blocks.${n - 1}.`)
    .replace(/\.norm([12])\./, (_, n) => `.norms.${n - 1}.`)
    .replace(".norm3.", ".ff_norm.");
/** The same tensors as AnimateDiff's own files have them: both attentions with their positions. */
const original = (shapes: Shapes, prefix = ""): Shapes =>
  Object.fromEntries(
    Object.entries(shapes).flatMap(([key, shape]) => {
      const name = `${prefix}${originalName(key)}`;
      const second = name.replace(".attention_blocks.0.pos_encoder.", ".attention_blocks.1.pos_encoder.");
      return second === name
        ? [[name, shape]]
        : [
            [name, shape],
            [second, shape],
          ];
    }),
  );

test("the adapters are those of v1, v2, v3, AnimateLCM, Lightning and SDXL", () => {
  expect(adapters.map(([label]) => label.split("/")[0])).toEqual([
    ...["sd15-v1", "sd15-v2", "sd15-v3", "animatelcm", "lightning", "sdxl"],
  ]);
});

describe.each(adapters)("a .safetensors file of %s", (_, { shapes, config }) => {
  test.each([
    ["in diffusers' names", shapes],
    ["in AnimateDiff's own names", original(shapes)],
    ["in AnimateDiff's own names, saved from parallel training", original(shapes, "module.")],
  ])("%s opens with the published config", async (_, tensors) => {
    const motion = await motionModules(await openModel(headerFile("mm.safetensors", tensors)));
    expect(motion.config).toEqual(parseMotionAdapterConfig(config));
    expect(new Set(motion.locations.keys())).toEqual(new Set(Object.keys(shapes)));
  });
});

test.each(sparse)("%s is refused by its name, in diffusers' names and in AnimateDiff's own", async (_, { shapes }) => {
  for (const tensors of [shapes, original(shapes)]) {
    await expect(openModel(headerFile("sparse.safetensors", tensors))).rejects.toThrow(/is a SparseCtrl \(/);
  }
});

test("a motion module of Hotshot-XL is refused by its name", async () => {
  const block = "down_blocks.0.temporal_attentions.0.transformer_blocks.0.attention_blocks.0";
  const tensors = { [`${block}.to_q.weight`]: [320, 320], [`${block}.to_k.weight`]: [320, 320] };
  await expect(openModel(headerFile("hsxl.safetensors", tensors))).rejects.toThrow("is a motion module of Hotshot-XL");
});

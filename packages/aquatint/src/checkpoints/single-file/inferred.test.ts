import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ModelName } from "../../../test/make-model.ts";
import type { ModelClassName } from "../../models/classes.ts";
import { type Family, familyFacts } from "../../models/families.ts";
import { models } from "../../models/registry.ts";
import type { TensorLocation } from "../types.ts";
import { inferredComponent } from "./inferred.ts";
import { singleFileIndex, singleFileScheduler } from "./single-file-pipeline.ts";

interface Published {
  readonly class: string;
  readonly config: object;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}
const file = readFileSync(new URL("../../../test/fixtures/published-keys.json.gz", import.meta.url));
const published: Readonly<Record<string, Published>> = JSON.parse(gunzipSync(file).toString());

const families: Readonly<Record<string, Family>> = { sdxl: "sdxl" };
const openClip = /^sd2|text_encoder_2$/;
/** Keys that neither shapes nor numbers depend on: images' sizes, an older name for the end token, a projection that is not there. */
const unsaid = ["sample_size", "eos_token_id", "projection_dim"];

/** The config that the shapes of a published network imply, and the published one, both with their defaults. */
function both(label: string) {
  const { class: name, config, shapes } = published[label]!;
  const weights = new Map(Object.entries(shapes).map(([key, shape]) => [key, { shape } as unknown as TensorLocation]));
  const { parseConfig } = models[name as ModelName];
  const strip = (json: unknown) =>
    Object.fromEntries(Object.entries(parseConfig(json)).filter(([key]) => !unsaid.includes(key)));
  const facts = { family: families[label.split("/")[0]!], openClip: openClip.test(label) };
  return { actual: strip(inferredComponent(name as ModelClassName, weights, facts).config), expected: strip(config) };
}

test.each([
  ...["sd15/unet", "sd15-inpainting/unet", "lcm/unet", "sd21/unet", "sd2-inpainting/unet", "sdxl/unet"],
  ...["sdxl-inpainting/unet", "sd15/controlnet", "sd21/controlnet", "sdxl/controlnet", "sd15/vae", "sdxl/vae"],
  ...["sd15/text_encoder", "sd21/text_encoder", "sdxl/text_encoder_2"],
])("the shapes of %s imply the published config", (label) => {
  const { actual, expected } = both(label);
  expect(actual).toEqual(expected);
});

test("the refiner's differs only for a level that has no transformer", () => {
  const { actual, expected } = both("sdxl-refiner/unet");
  expect(actual).toEqual({ ...expected, transformer_layers_per_block: [1, 4, 4, 4] });
  expect(expected).toMatchObject({ down_block_types: expect.arrayContaining(["DownBlock2D"]) });
});

test("what no shape says is as each family was published", () => {
  const header = { metadata: {}, tensors: new Map() };
  const of = (family: Family, in_channels = 4) => {
    const scheduler = singleFileScheduler(family, { ...header, config: { in_channels } });
    return [
      scheduler["prediction_type"],
      familyFacts(family).trainedSize(scheduler["prediction_type"]),
      singleFileIndex(family, { in_channels })["_class_name"],
    ];
  };
  expect(of("sd1")).toEqual(["epsilon", 64, "StableDiffusionPipeline"]);
  expect(of("sd2")).toEqual(["v_prediction", 96, "StableDiffusionPipeline"]);
  expect(of("sd2", 9)).toEqual(["epsilon", 64, "StableDiffusionInpaintPipeline"]);
  expect(of("sdxl", 9)[2]).toBe("StableDiffusionXLInpaintPipeline");
  expect(of("sdxl")).toEqual(["epsilon", 128, "StableDiffusionXLPipeline"]);
  expect(of("sdxl-refiner")).toEqual(["epsilon", 128, "StableDiffusionXLImg2ImgPipeline"]);
  expect(singleFileIndex("sd1", { time_cond_proj_dim: 256 })["_class_name"]).toBe("LatentConsistencyModelPipeline");
});

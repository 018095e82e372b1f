import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { digitPrompts, recipe, sides } from "./recipe.ts";

const keys = new URL("../../../../../../packages/aquatint/test/fixtures/published-keys.json.gz", import.meta.url);
const published = JSON.parse(gunzipSync(readFileSync(keys)).toString());

test("the parts that page 7 trains are those whose names diffusers and transformers were asked for", () => {
  const { model } = recipe({ data: "digits", minutes: 10, seed: 0, prompts: digitPrompts });
  // their names do not depend on the size
  const sizes = { sample_size: sides.drawings, in_channels: 3, out_channels: 3 };
  expect(published["lecture/unet"].config).toEqual({ ...sizes, ...model.unet });
  expect(published["lecture/text_encoder"].config).toMatchObject({
    ...model.text_encoder,
    max_position_embeddings: model.tokenizer.context,
  });
});

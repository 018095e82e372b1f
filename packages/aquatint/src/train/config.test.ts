import { expect, test } from "vitest";
import { parseTrainConfig } from "./config.ts";

const config = {
  output: "runs/x",
  dataset: { name: "emoji-singles" },
  model: { unet: {}, text_encoder: {}, scheduler: {}, tokenizer: {} },
  training: { steps: 10 },
};
const parse = (json: unknown) => parseTrainConfig(json, { name: "c.json" });

test("what is left out takes its default", () => {
  const { training, dataset, ...own } = parse(config);
  expect(training).toMatchObject({ batch_size: 32, learning_rate: 3e-4, clip_norm: 1, ema: { warmup: true } });
  expect(own).toMatchObject({
    task: "denoising",
    model: { tokenizer: { merges: 512, context: 32 } },
    objective: { guidance_dropout: 0.1, min_snr_gamma: null },
  });
  expect(dataset).toMatchObject({ size: 32 });
});

test.each([
  [{ ...config, training: { steps: 0 } }, /"training.steps": .*>0; found 0/],
  [{ ...config, training: { steps: 1, lr: 1 } }, /"training": .*"lr"/],
  [{ ...config, training: { steps: 1, ema: { steps: 0 } } }, /"training.ema.steps": .*; found 0/],
  [{ ...config, dataset: { name: "emoji-single" } }, /"dataset.name": expected one of emoji-singles/],
  [{ ...config, output: undefined }, /"output": .*; found nothing/],
  [[], /c.json: .*expected object/],
])("wrong configuration %#: the message has the place, what was expected and what was found", (json, message) => {
  expect(() => parse(json)).toThrow(message);
});

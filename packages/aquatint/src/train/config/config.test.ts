import { expect, test } from "vitest";
import { ownDatasets } from "../../data/registry.ts";
import { tasks } from "../tasks/registry.ts";
import { parseTrainConfig } from "./config.ts";
import { presets, withPreset } from "./presets.ts";

const config = {
  output: "runs/x",
  dataset: { name: "captioned-folder", folder: "images" },
  model: { unet: {}, text_encoder: {}, scheduler: {}, tokenizer: {} },
  training: { steps: 10 },
};
const parse = (json: unknown) => parseTrainConfig(json, { name: "c.json", kinds: { datasets: ownDatasets, tasks } });

test("what is left out takes its default", () => {
  const { training, dataset, ...rest } = parse(config);
  expect(training).toMatchObject({ batch_size: 32, learning_rate: 3e-4, clip_norm: 1, ema: { warmup: true } });
  expect(rest).toMatchObject({
    task: "denoising",
    model: { tokenizer: { merges: 512, context: 32 } },
    objective: { guidance_dropout: 0.1, min_snr_gamma: null },
  });
  expect(dataset).toMatchObject({ size: 64 });
});

test.each([
  [{ ...config, training: { steps: 0 } }, /"training.steps": .*>0; found 0/],
  [{ ...config, training: { steps: 1, lr: 1 } }, /"training": .*"lr"/],
  [{ ...config, training: { steps: 1, ema: { steps: 0 } } }, /"training.ema.steps": .*; found 0/],
  [
    { ...config, dataset: { name: "emoji-single" } },
    /"dataset.name": expected emoji-singles, .*; found "emoji-single"/,
  ],
  [{ ...config, output: undefined }, /"output": .*; found nothing/],
  [[], /c.json: .*expected object/],
])("wrong configuration %#: the message has the place, what was expected and what was found", (json, message) => {
  expect(() => parse(json)).toThrow(message);
});

test.each([
  [{ ...config, training: { steps: 1, lerning_rate: 1 } }, "learning_rate"],
  [{ ...config, trainig: {} }, "training"],
  [{ ...config, training: { steps: 1, optimizer: { name: "adamv" } } }, "adamw"],
  [{ ...config, training: { steps: 1, groups: [{ match: ["a"], wieght_decay: 3 }] } }, "weight_decay"],
  [{ ...config, dataset: { name: "emoji-single" } }, "emoji-singles"],
  [{ ...config, dataset: { name: "captioned-folder", folder: "images", siez: 8 } }, "size"],
  [{ ...config, objective: { timesteps: { name: "powr" } } }, "power"],
  [{ ...config, preset: "quik" }, "quick"],
  [{ ...config, task: "denoisin" }, "denoising"],
])("wrong name %#: the hint has the nearest that there is", (json, name) => {
  expect(() => parse(json)).toThrow(expect.objectContaining({ hint: `did you mean "${name}"?` }));
});

test.each([
  [{ training: {} }, /"training": expected "steps", "minutes" or "plateau".*; found {}/],
  [{ training: { plateau: {} } }, /"training.learning_rate_schedule.name": expected "constant" where a run ends only/],
  [{ training: { steps: 1, batch_size: 6, accumulate: 4 } }, /"training.accumulate": expected a divisor .* 6; found 4/],
  [{ training: { steps: 1, ema: { steps: 5, images: 5 } } }, /"training.ema": give steps or images, not both/],
  [{ objective: { timesteps: { name: "uniform", from: 0.5, to: 0.5 } } }, /"objective.timesteps.to": expected more/],
])("fields that do not go together %#", (part, message) => {
  expect(() => parse({ ...config, ...part })).toThrow(message);
});

test("a preset fills in what the configuration does not say, and only a length where it has none", () => {
  const changed = parse({ ...config, preset: "quick", training: { learning_rate: 0.5 } });
  expect(changed.training).toMatchObject({ minutes: 30, batch_size: 16, learning_rate: 0.5, ema: { steps: 200 } });
  const long = parse({ ...config, preset: "quick", training: { steps: 7 }, checkpoint_minutes: 3 });
  expect(long.training).toMatchObject({ steps: 7, batch_size: 16 });
  expect(long.training.minutes).toBeUndefined();
  expect(long.checkpoint_minutes).toBe(3);
  expect(parse(long)).toEqual(long);
});

test.each(Object.keys(presets))("the preset %s is a whole training", (preset) => {
  expect(parse({ ...config, preset, training: {} }).training.seed).toBe(0);
  expect(withPreset({ preset }).changes.length).toBeGreaterThan(3);
});

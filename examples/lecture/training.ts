import { type Dataset, indexedStream } from "aquatint/data";
import { drawInteger } from "aquatint/math";
import { nodeRuntime } from "aquatint/node";
import { configKindsFor, createTask, openSession, parseTrainConfig } from "aquatint/train";

const size = [8, 8] as const;
const names = ["black", "gray", "white"];
const dataset: Dataset = {
  name: "grays",
  size,
  captions: () => names,
  stream: ({ seed }) =>
    indexedStream(
      (random) => {
        const shade = drawInteger(random, names.length);
        return { caption: names[shade]!, truth: shade, paint: (pixels) => void pixels.fill(shade - 1) };
      },
      { seed, size },
    ),
};
const json = {
  output: "unused", // nothing is written here; recordRun writes checkpoints, samples and the model
  dataset: { name: "digits" },
  model: {
    unet: {
      block_out_channels: [8, 16],
      down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"],
      up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D"],
      layers_per_block: 1,
      attention_head_dim: 2,
      cross_attention_dim: 16,
      norm_num_groups: 4,
    },
    text_encoder: { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2 },
    scheduler: { _class_name: "DDPMScheduler", beta_schedule: "linear", prediction_type: "epsilon" },
    tokenizer: { merges: 8, context: 8 },
  },
  training: { steps: 60, batch_size: 8, learning_rate: 0.003, warmup_steps: 5 },
};
const modelFiles = () => Promise.reject(new Error("no other model is needed"));

// #region
await using runtime = await nodeRuntime({ threads: 1 }); // in a page: webRuntime()
const config = parseTrainConfig(json, { name: "gray.json", kinds: await configKindsFor(json) });
const task = await createTask(config, { dataset, runtime, modelFiles });
await using session = await openSession({ config, task, runtime });

const losses: number[] = [];
for await (const { loss } of session.steps()) {
  losses.push(loss); // squared error of the noise, one batch
}
const model = await session.outputs.modelFiles(); // a folder in the form of diffusers
// #endregion

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
console.log(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10)) ? "the loss fell" : "the loss did not fall");
console.log([...model.keys()].filter((path) => path.endsWith(".safetensors")).join(" "));

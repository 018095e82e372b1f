/** What the visitor's model learns from. */
export type DataName = "digits" | "drawings";

/** Side of the images, in pixels. Digits can be read at a size whose steps take a quarter of the time. */
export const sides = { digits: 16, drawings: 32 } as const satisfies Record<DataName, number>;

/** Captions of the sample grids of a training on digits. */
export const digitPrompts = [
  "a zero",
  "a one",
  "a two",
  "a three",
  "a four",
  "a five",
  "a six",
  "a seven",
  "an eight",
  "a nine",
] as const;

const datasets = {
  digits: { name: "digits", size: sides.digits },
  drawings: { name: "captioned-folder", folder: "drawings", size: sides.drawings, held_out_share: 0 },
};

const model = {
  unet: {
    block_out_channels: [16, 32, 48],
    down_block_types: ["DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"],
    mid_block_type: "UNetMidBlock2DCrossAttn",
    up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"],
    layers_per_block: 1,
    attention_head_dim: 4,
    cross_attention_dim: 48,
    norm_num_groups: 8,
    use_linear_projection: true,
  },
  text_encoder: { hidden_size: 48, intermediate_size: 96, num_hidden_layers: 1, num_attention_heads: 4 },
  scheduler: {
    _class_name: "DDPMScheduler",
    num_train_timesteps: 1000,
    beta_schedule: "squaredcos_cap_v2",
    prediction_type: "v_prediction",
    clip_sample: true,
    timestep_spacing: "trailing",
  },
  tokenizer: { merges: 64, context: 12 },
  generation: { num_inference_steps: 32, guidance_scale: 2 },
};

/** Choices of a visitor. */
export interface RecipeChoices {
  readonly data: DataName;
  /** Length of the run, in minutes of training. */
  readonly minutes: number;
  readonly seed: number;
  /** Captions of the sample grids. */
  readonly prompts: readonly string[];
}

/** The configuration of a training in the tab, as `aquatint train` reads it. Every setting of this page is here. */
export const recipe = ({ data, minutes, seed, prompts }: RecipeChoices) => ({
  task: "denoising",
  output: "lecture-run",
  dataset: datasets[data],
  model,
  training: {
    minutes,
    batch_size: 16,
    learning_rate: 0.002,
    warmup_steps: 50,
    weight_decay: 0,
    ema: { steps: 150 },
    seed,
  },
  evaluation: { images: 32 },
  checkpoint_minutes: 0.5,
  samples: { prompts, steps: 16, guidance: 2, every_minutes: 0.75 },
});

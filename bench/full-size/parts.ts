import type { Tensor } from "../../packages/aquatint/src/graph/tensor.ts";
import type { HostTensor, HostTensors, Shape } from "../../packages/aquatint/src/graph/types.ts";
import { sizeOf } from "../../packages/aquatint/src/graph/types.ts";
import { AutoencoderKL, parseAutoencoderConfig } from "../../packages/aquatint/src/models/autoencoder/index.ts";
import { CLIPTextModel, parseClipTextConfig } from "../../packages/aquatint/src/models/clip/index.ts";
import { motionPlan, parseMotionAdapterConfig } from "../../packages/aquatint/src/models/motion/index.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../../packages/aquatint/src/models/unet/index.ts";
import type { Child } from "../../packages/aquatint/src/nn/module.ts";
import { input } from "../../packages/aquatint/src/ops/leaves.ts";

/** A part of a published model at its full size: what is measured of it. */
export interface Part {
  /** As its config.json says it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** File of the weights beside config.json. */
  readonly file: string;
  readonly feeds: HostTensors;
  /** Whether Aquatint and its peer do not fit into memory together, so that one ends before the other begins. */
  readonly sequential?: boolean;
  /** Calls of ours that are a step, if they are more than one: a branch of guidance each, where the peer has both in one. */
  readonly calls?: number;
  /** Peers of `bench -- all`; every one where absent. */
  readonly peers?: readonly string[];
  /** The module whose parameters the file holds. */
  create(): { readonly module: Child; trace(leaf: (name: string) => Tensor): Tensor };
}

/** Numbers that the Python peer makes too: sin(step · i). */
const numbers = (step: number, ...shape: number[]): HostTensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(step * i)),
});
const tokens = (count: number): HostTensor => ({
  dtype: "int32",
  shape: [1, count],
  data: Int32Array.from({ length: count }, (_, i) => (i * 613) % 49408),
});

const weights = "diffusion_pytorch_model.safetensors";

/** Frames of a clip. */
const FRAMES = 16;
const sd15 = {
  cross_attention_dim: 768,
  attention_head_dim: 8,
  block_out_channels: [320, 640, 1280, 1280],
  down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
};

/**
 * The parts of Stable Diffusion 1.5 at 512x512, its U-Net with the motion modules of AnimateDiff v2 for 16 frames of 256x256, and the
 * U-Net of Stable Diffusion XL at 256x256: for two latents, as guidance needs them, or for one clip, twice.
 */
export const parts: Readonly<Record<string, Part>> = {
  "unet-sd15": {
    file: weights,
    config: {
      _class_name: "UNet2DConditionModel",
      sample_size: 64,
      ...sd15,
    },
    feeds: {
      x: numbers(0.37, 2, 4, 64, 64),
      t: { dtype: "float32", shape: [2], data: Float32Array.of(500, 500) },
      context: numbers(0.13, 2, 77, 768),
    },
    create() {
      const unet = UNet2DConditionModel(parseUNet2DConditionConfig(this.config));
      return { module: unet, trace: (leaf) => unet(leaf("x"), leaf("t"), leaf("context")) };
    },
  },
  "unet-motion": {
    file: weights,
    sequential: true,
    peers: ["torch"],
    config: {
      _class_name: "UNetMotionModel",
      sample_size: 64,
      cross_attention_dim: sd15.cross_attention_dim,
      block_out_channels: sd15.block_out_channels,
      down_block_types: sd15.down_block_types.map((name) => name.replace("2D", "Motion")),
      up_block_types: sd15.up_block_types.map((name) => name.replace("2D", "Motion")),
    },
    calls: 2,
    feeds: {
      x: numbers(0.37, FRAMES, 4, 32, 32),
      t: { dtype: "float32", shape: [FRAMES], data: new Float32Array(FRAMES).fill(500) },
      context: numbers(0.13, 1, 77, 768),
    },
    create() {
      const motion = motionPlan(parseMotionAdapterConfig({}));
      const unet = UNet2DConditionModel(parseUNet2DConditionConfig(sd15), motion);
      const trace = (leaf: (name: string) => Tensor) =>
        unet(leaf("x"), leaf("t"), leaf("context"), { frames: { count: FRAMES } });
      return { module: unet, trace };
    },
  },
  "unet-sdxl": {
    file: weights,
    sequential: true,
    config: {
      _class_name: "UNet2DConditionModel",
      sample_size: 128,
      cross_attention_dim: 2048,
      attention_head_dim: [5, 10, 20],
      block_out_channels: [320, 640, 1280],
      down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
      up_block_types: ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
      transformer_layers_per_block: [1, 2, 10],
      use_linear_projection: true,
      addition_embed_type: "text_time",
      addition_time_embed_dim: 256,
      projection_class_embeddings_input_dim: 2816,
    },
    feeds: {
      x: numbers(0.37, 2, 4, 32, 32),
      t: { dtype: "float32", shape: [2], data: Float32Array.of(500, 500) },
      context: numbers(0.13, 2, 77, 2048),
      textEmbeds: numbers(0.29, 2, 1280),
      timeIds: {
        dtype: "float32",
        shape: [2, 6],
        data: Float32Array.of(256, 256, 0, 0, 256, 256, 256, 256, 0, 0, 256, 256),
      },
    },
    create() {
      const unet = UNet2DConditionModel(parseUNet2DConditionConfig(this.config));
      const trace = (leaf: (name: string) => Tensor) =>
        unet(leaf("x"), leaf("t"), leaf("context"), { textEmbeds: leaf("textEmbeds"), timeIds: leaf("timeIds") });
      return { module: unet, trace };
    },
  },
  "vae-decode": {
    file: weights,
    config: {
      _class_name: "AutoencoderKL",
      sample_size: 512,
      latent_channels: 4,
      layers_per_block: 2,
      block_out_channels: [128, 256, 512, 512],
      down_block_types: Array(4).fill("DownEncoderBlock2D"),
      up_block_types: Array(4).fill("UpDecoderBlock2D"),
    },
    feeds: { x: numbers(0.37, 1, 4, 64, 64) },
    create() {
      const vae = AutoencoderKL(parseAutoencoderConfig(this.config));
      return { module: vae, trace: (leaf) => vae.decode(leaf("x")) };
    },
  },
  "text-encoder": {
    file: "model.safetensors",
    config: {
      architectures: ["CLIPTextModel"],
      model_type: "clip_text_model",
      vocab_size: 49408,
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      max_position_embeddings: 77,
      hidden_act: "quick_gelu",
      layer_norm_eps: 1e-5,
      bos_token_id: 0,
      eos_token_id: 2,
      pad_token_id: 1,
    },
    feeds: { ids: tokens(77) },
    create() {
      const encoder = CLIPTextModel(parseClipTextConfig(this.config));
      return { module: encoder, trace: (leaf) => encoder(leaf("ids")).lastHiddenState };
    },
  },
};

/** The leaf of a feed. */
export const leafOf =
  ({ feeds }: Part) =>
  (name: string): Tensor => {
    const { dtype, shape } = feeds[name]! as { dtype: HostTensor["dtype"]; shape: Shape };
    return input({ name, dtype, shape });
  };

import { fromFloat32 } from "../src/formats/safetensors/half.ts";
import { encodeSafetensors } from "../src/formats/safetensors/safetensors.ts";
import { torchCpu } from "../src/math/random.ts";
import { AutoencoderTiny, parseAutoencoderTinyConfig } from "../src/models/autoencoder-tiny/index.ts";
import { initialize } from "../src/nn/init.ts";
import { parameters } from "../src/nn/module.ts";
import { modelParameters } from "../src/pipelines/model/components.ts";
import { encodeModelFolder } from "../src/pipelines/model/encode-folder.ts";
import { textToImageModules } from "../src/pipelines/model/text-to-image-modules.ts";
import { tinyVae } from "../src/train/tiny.cases.ts";
import { tinyModelParts } from "./tiny-pixel-model.ts";

/** The files of a latent model with random weights: 16 x 16 pixels from four channels of 8 x 8. */
export function latentModel({ vaeExtras = {} }: { readonly vaeExtras?: Readonly<Record<string, unknown>> } = {}) {
  const { tokenizer, configs } = tinyModelParts();
  const components = {
    ...configs,
    unet: { ...configs.unet, in_channels: 4, out_channels: 4 },
    vae: { ...tinyVae, scaling_factor: 2.5, ...vaeExtras },
  };
  const weights = new Map(Object.entries(initialize(modelParameters(textToImageModules(components)), torchCpu(0))));
  return encodeModelFolder({ configs: components, tokenizers: [tokenizer], weights });
}

/** The files of a tiny autoencoder with random weights for latents of so many times fewer pixels. */
export function tinyTaesd({ levels = 2 } = {}): ReadonlyMap<string, Uint8Array | string> {
  const each = (n: number) => new Array<number>(levels).fill(n);
  const config = {
    _class_name: "AutoencoderTiny",
    ...{ encoder_block_out_channels: each(4), decoder_block_out_channels: each(4) },
    ...{ num_encoder_blocks: each(1), num_decoder_blocks: each(1) },
  };
  const parameterMap = parameters(AutoencoderTiny(parseAutoencoderTinyConfig(config)));
  const raw = Object.entries(initialize(parameterMap, torchCpu(3))).map(([name, { data, shape }]) => {
    return [name, fromFloat32(data as Float32Array, shape, "F32")] as const;
  });
  return new Map<string, Uint8Array | string>([
    ["config.json", JSON.stringify(config)],
    ["diffusion_pytorch_model.safetensors", encodeSafetensors(new Map(raw))],
  ]);
}

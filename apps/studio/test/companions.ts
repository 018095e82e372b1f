import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, parseSafetensors } from "aquatint/formats";
import { torchCpu } from "aquatint/math";
import { parameters } from "aquatint/nn";
import { describedControlNet } from "aquatint/pipelines";
import { fixture } from "./dropped.ts";

/** Writes a ControlNet with random weights for the fixture "sd". */
export async function writeControlNet(folder: string): Promise<void> {
  const unet = JSON.parse(await readFile(fixture("sd/unet/config.json"), "utf8"));
  const shared = ["in_channels", "block_out_channels", "down_block_types", "layers_per_block", "cross_attention_dim"];
  const config = {
    ...Object.fromEntries([...shared, "attention_head_dim", "norm_num_groups"].map((key) => [key, unet[key]])),
    ...{ _class_name: "ControlNetModel", conditioning_embedding_out_channels: [4, 8, 8, 8] },
  };
  const random = torchCpu(3);
  const tensors = Array.from(parameters(describedControlNet("control", config).module), ([key, { shape }]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = random.randn(size).map((value) => value * (shape.length > 1 ? 0.3 : 0.05));
    return [key, { dtype: "F32" as const, shape, data: new Uint8Array(Float32Array.from(values).buffer) }] as const;
  });
  await mkdir(folder);
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "diffusion_pytorch_model.safetensors"), encodeSafetensors(new Map(tensors)));
}

/** Writes the autoencoder of the fixture "sd" with other colors. */
export async function writeVae(folder: string): Promise<void> {
  const path = fixture("sd/vae/diffusion_pytorch_model.safetensors");
  const { tensors } = parseSafetensors(new Uint8Array(await readFile(path)));
  const bias = new Uint8Array(Float32Array.of(-0.3, 0, 0.3).buffer);
  const changed = new Map(tensors).set("decoder.conv_out.bias", { dtype: "F32", shape: [3], data: bias });
  await mkdir(folder);
  await writeFile(join(folder, "config.json"), await readFile(fixture("sd/vae/config.json")));
  await writeFile(join(folder, "diffusion_pytorch_model.safetensors"), encodeSafetensors(changed));
}

import { mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { components, writeFolderFiles } from "../../../bench/full-size/model.ts";
import { parts } from "../../../bench/full-size/parts.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../../../packages/aquatint/src/models/unet/index.ts";
import { parameters } from "../../../packages/aquatint/src/nn/module.ts";

type Module = Parameters<typeof parameters>[0];

/** Writes weights of zeros in float16, which take no place on most disks; their bytes. */
function writeZeros(path: string, module: Module): number {
  let at = 0;
  const entries = Array.from(parameters(module), ([name, { shape }]) => {
    const from = at;
    at += 2 * shape.reduce((a, b) => a * b, 1);
    return [name, { dtype: "F16", shape, data_offsets: [from, at] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(text.padEnd(8 * Math.ceil(text.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(path, "w");
  writeSync(file, Buffer.concat([length, header]));
  truncateSync(path, 8 + header.length + at);
  return at;
}

/** Channels of the first block of Stable Diffusion 1.5's U-Net; the others have 2, 4 and 4 times as many. */
export const SD15_WIDTH = 320;

/**
 * Writes the folder of a Stable Diffusion 1.5 in half precision whose weights are zeros, for images of `side` x `side` pixels and with
 * a U-Net of `width` channels; the bytes of its weights.
 */
export async function writeZeroModel(folder: string, { side = 512, width = SD15_WIDTH } = {}): Promise<number> {
  let bytes = 0;
  for (const [component, name] of Object.entries(components)) {
    const part = parts[name]!;
    const blocks = { sample_size: side / 8, block_out_channels: [1, 2, 4, 4].map((factor) => factor * width) };
    const config = component === "unet" ? { ...part.config, ...blocks } : part.config;
    mkdirSync(join(folder, component), { recursive: true });
    writeFileSync(join(folder, component, "config.json"), JSON.stringify(config));
    const module =
      component === "unet" ? UNet2DConditionModel(parseUNet2DConditionConfig(config)) : part.create().module;
    bytes += writeZeros(join(folder, component, part.file), module as Module);
  }
  await writeFolderFiles(folder);
  return bytes;
}

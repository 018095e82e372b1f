import type { CompileOptions } from "../packages/aquatint/src/compiler/compile.ts";
import { emitOnnx } from "../packages/aquatint/src/compiler/onnx/emit.ts";
import { simplify } from "../packages/aquatint/src/compiler/passes/simplify.ts";
import type { Tensor } from "../packages/aquatint/src/graph/tensor.ts";
import { topological } from "../packages/aquatint/src/graph/topological.ts";
import type { Shape } from "../packages/aquatint/src/graph/types.ts";
import {
  parseUNet2DConditionConfig,
  parseUNet2DConfig,
  UNet2DConditionModel,
  UNet2DModel,
} from "../packages/aquatint/src/models/unet/index.ts";
import { parameters } from "../packages/aquatint/src/nn/module.ts";
import { square, sub } from "../packages/aquatint/src/ops/elementwise.ts";
import { input } from "../packages/aquatint/src/ops/leaves.ts";
import { mean } from "../packages/aquatint/src/ops/reduce.ts";
import { oneGroup, trainGraph } from "../packages/aquatint/src/train/loop/step-graph.ts";
import { smallUNet } from "./train-step.ts";

const feed = (name: string, ...shape: number[]): Tensor => input({ name, dtype: "float32", shape: shape as Shape });

/** The training step of `npm run bench -- train-step`. */
function trainingStep(): CompileOptions {
  const network = UNet2DModel(parseUNet2DConfig(smallUNet));
  const output = network(feed("x", 16, 3, 32, 32), feed("t", 16));
  const loss = mean(square(sub(output, feed("target", 16, 3, 32, 32))));
  return trainGraph({ loss, groups: oneGroup(parameters(network)) });
}

/** The U-Net of Stable Diffusion 1.5 on two latents of 64x64, as for an image of 512x512 with guidance. */
function stableDiffusion(): CompileOptions {
  const network = UNet2DConditionModel(
    parseUNet2DConditionConfig({
      sample_size: 64,
      cross_attention_dim: 768,
      block_out_channels: [320, 640, 1280, 1280],
      down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
      up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
      attention_head_dim: 8,
    }),
  );
  const y = network(feed("x", 2, 4, 64, 64), feed("t", 2), feed("context", 2, 77, 768));
  return { outputs: { y }, parameters: { names: parameters(network), as: "state" } };
}

/** What the passes make of two graphs: nodes before and after; milliseconds to trace, to simplify and to write as ONNX. */
export async function passesBench(): Promise<Readonly<Record<string, string>>> {
  const figures = (trace: () => CompileOptions): string => {
    const started = performance.now();
    const { outputs, updates, parameters: bound } = trace();
    const renamed = Object.entries(updates ?? {}).map(([name, update]) => [`updates/${name}`, update] as const);
    const all = { ...outputs, ...Object.fromEntries(renamed) };
    const traced = performance.now();
    const simple = simplify(all);
    const simplified = performance.now();
    emitOnnx(simple, new Map(Array.from(bound?.names ?? [], ([name, x]) => [x, { name, kind: "input" as const }])));
    const emitted = performance.now();
    const nodes = [all, simple].map((graph) => topological(Object.values(graph)).length);
    const times = [traced - started, simplified - traced, emitted - simplified].map(Math.round);
    return `${nodes.join(" -> ")} nodes; ${times.join(" + ")} ms`;
  };
  return { trainStep: figures(trainingStep), unetSD15: figures(stableDiffusion) };
}

import { memoryFiles } from "../src/checkpoints/files.ts";
import { extractLora } from "../src/checkpoints/lora/extract.ts";
import { componentOf, openModel } from "../src/checkpoints/open.ts";
import { readTensors } from "../src/checkpoints/read.ts";
import { fromFloat32 } from "../src/formats/safetensors/half.ts";
import { encodeSafetensors } from "../src/formats/safetensors/safetensors.ts";
import { float32, float32Data } from "../src/graph/host-tensor.ts";
import type { HostTensor } from "../src/graph/types.ts";
import { torchCpu } from "../src/math/random.ts";
import { tinyLatentModel } from "./tiny-latent-model.ts";

const ddim = { _class_name: "DDIMScheduler", timestep_spacing: "trailing" };
const fewSteps = { lora: "few-steps.safetensors", num_inference_steps: 3, guidance_scale: 1, scheduler: ddim };

const isLayer = (name: string, { shape }: HostTensor) => name.endsWith(".weight") && shape.length > 1;
const moved = (tensor: HostTensor, seed: number) => {
  const noise = torchCpu(seed).randn(tensor.data.length);
  return float32(
    tensor.shape,
    float32Data(tensor).map((value, i) => value + 0.02 * noise[i]!),
  );
};
const encoded = (tensors: ReadonlyMap<string, HostTensor>) =>
  encodeSafetensors(
    new Map(Array.from(tensors, ([name, tensor]) => [name, fromFloat32(float32Data(tensor), tensor.shape, "F32")])),
  );

/** The files of a model of latents with a form for few steps, and those of a model with the weights that the form has. */
export async function tinyFewSteps() {
  const files = await tinyLatentModel();
  const model = await openModel(memoryFiles(files));
  const before = await readTensors(componentOf(model, "UNet2DConditionModel").weights);
  const after = new Map(
    Array.from(before, ([name, tensor], i) => [name, isLayer(name, tensor) ? moved(tensor, i) : tensor]),
  );
  const { tensors, shares } = extractLora({ component: "unet", base: before, tuned: after, rank: 1000 });
  const generation = JSON.stringify({ num_inference_steps: 7, few_steps: fewSteps });
  const scheduler = JSON.stringify({ ...model.scheduler, ...ddim });
  return {
    base: new Map([...files, [fewSteps.lora, encoded(tensors)], ["generation_config.json", generation]]),
    tuned: new Map([
      ...files,
      ["unet/diffusion_pytorch_model.safetensors", encoded(after)],
      ["scheduler/scheduler_config.json", scheduler],
    ]),
    /** Path of the form's LoRA in `base`. */
    lora: fewSteps.lora,
    /** The least share of a layer's change that the LoRA holds. */
    share: Math.min(...shares.values()),
  };
}

import type { ModelFiles } from "../../../checkpoints/files.ts";
import { openModel } from "../../../checkpoints/open.ts";
import { readTensors } from "../../../checkpoints/read.ts";
import { AquatintError } from "../../../errors.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import {
  expectFits,
  MotionAdapter,
  type MotionAdapterConfig,
  motionPlan,
  parseMotionAdapterConfig,
} from "../../../models/motion/index.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../../../models/unet/index.ts";
import { expectKeys, parameters } from "../../../nn/module.ts";
import { motionModules, SPATIAL_LORA } from "../../../pipelines/adapters/motion.ts";
import { modelParameters } from "../../../pipelines/model/components.ts";
import type { TextToImageModel } from "../../../pipelines/model/model-folder.ts";
import { networkParameters } from "../../../pipelines/model/network-parameters.ts";
import { textToImageModel } from "../../../pipelines/model/text-to-image-model.ts";
import { itemAt } from "../../../util/items.ts";
import type { JsonObject } from "../../../util/json.ts";
import type { DenoisingModel } from "../denoising/model.ts";
import type { TaskContext } from "../kind.ts";
import type { MotionConfig } from "./config.ts";
import { LORA_FILE, loraValues, type TrainedLora, trainedLora } from "./lora.ts";

/** A model of images with motion modules in training. */
export interface MotionModel extends DenoisingModel {
  readonly modules: DenoisingModel["modules"] & { readonly motion: { readonly maxFrames: number } };
  /** The config of the adapter's folder, in diffusers' names. */
  readonly adapterConfig: JsonObject;
  /** The adapter's parameters by their names in its folder. */
  readonly adapter: ReadonlyMap<string, Tensor>;
  /** The LoRA that is trained with them, where the configuration asks for one. */
  readonly lora: TrainedLora | undefined;
}

/** Name of a motion module's weight in the U-Net. */
export const inUNet = (name: string): string => `unet.${name}`;

/** Positions of frames: waves that are stored with the weights and never learned. */
const POSITIONS = /\.pos_embed\.pe$/;
/** Layers that begin with zeros, so that the modules change nothing at first (Guo et al. 2023). */
const OUTPUTS = /\.proj_out\.(weight|bias)$/;

/**
 * The model of images with new motion modules, or with those of `--init-from`.
 * @throws AquatintError "config/value" for modules of another config than that of `--init-from`, "motion/shape" for such as do
 * not fit the U-Net.
 */
export async function motionModel(
  { images, motion, lora: loraConfig }: MotionConfig["model"],
  context: TaskContext,
): Promise<MotionModel> {
  const base = await textToImageModel(await openModel(await context.modelFiles(images)));
  const unetConfig = parseUNet2DConditionConfig(base.configs.unet);
  const { block_out_channels, layers_per_block, norm_num_groups } = unetConfig;
  const adapterConfig = {
    ...{ block_out_channels, motion_layers_per_block: layers_per_block, motion_norm_num_groups: norm_num_groups },
    ...motion,
  };
  const config = parseMotionAdapterConfig(adapterConfig);
  expectFits(config, unetConfig);
  const unet = UNet2DConditionModel(unetConfig, motionPlan(config));
  const modules = { ...base.modules, unet, motion: { maxFrames: config.motion_max_seq_length } };
  const lora = loraConfig && trainedLora(loraConfig, networkParameters(base.modules));
  const all = new Map([...modelParameters(modules), ...(lora?.parameters ?? [])]);
  const adapter = parameters(MotionAdapter(config));
  const modulesLearned = [...adapter.keys()].filter((name) => !POSITIONS.test(name)).map(inUNet);
  const learned = new Set([...modulesLearned, ...(lora?.parameters.keys() ?? [])]);
  return {
    configs: base.configs,
    tokenizerFiles: itemAt(base.tokenizerFiles, 0),
    modules,
    parameters: all,
    scheduler: base.scheduler,
    frozen: [...all.keys()].filter((name) => !learned.has(name)),
    assets: {},
    initial: () => firstValues({ base, config, adapter, lora, initFrom: context.initFrom }),
    adapterConfig: { ...adapterConfig, ...(lora && { [SPATIAL_LORA]: LORA_FILE }) },
    adapter,
    lora,
  };
}

interface FirstValues {
  readonly base: TextToImageModel;
  readonly config: MotionAdapterConfig;
  readonly adapter: MotionModel["adapter"];
  readonly lora: TrainedLora | undefined;
  readonly initFrom: ModelFiles | undefined;
}

async function firstValues({ base, initFrom, ...parts }: FirstValues): Promise<ReadonlyMap<string, HostTensor>> {
  const first = initFrom ? await adapterValues(initFrom, parts) : inUNetNames(zeroOutputs(parts.adapter));
  return new Map([...(await base.weights()), ...first]);
}

const inUNetNames = (weights: ReadonlyMap<string, HostTensor>) =>
  Array.from(weights, ([name, value]) => [inUNet(name), value] as const);

function zeroOutputs(adapter: MotionModel["adapter"]): ReadonlyMap<string, HostTensor> {
  const outputs = [...adapter].filter(([name]) => OUTPUTS.test(name));
  return new Map(
    outputs.map(([name, { shape }]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, { dtype: "float32", shape, data }] as const;
    }),
  );
}

type AdapterParts = Pick<FirstValues, "config" | "adapter" | "lora">;

/** Values that an earlier run wrote, by their names in the U-Net and the LoRA. Where it wrote no LoRA, there are none of it. */
async function adapterValues(files: ModelFiles, { config, adapter, lora }: AdapterParts) {
  const { name, config: other, locations, lora: initialLora } = await motionModules(await openModel(files));
  const keys = Object.keys(config) as (keyof MotionAdapterConfig)[];
  const key = keys.find((key) => JSON.stringify(config[key]) !== JSON.stringify(other[key]));
  if (key !== undefined) {
    const [actual, expected] = [JSON.stringify(other[key]), JSON.stringify(config[key])];
    throw new AquatintError("config/value", `${name} has "${key}": ${actual}, the configuration ${expected}`, {
      hint: 'set "model.motion" to the config of the adapter that the run begins with',
    });
  }
  if (initialLora && !lora) {
    throw new AquatintError(
      "config/value",
      `${name} has a LoRA, expected none: the configuration has no "model.lora"`,
      {
        hint: 'set "model.lora" to the values of the run that wrote it',
      },
    );
  }
  expectKeys(name, adapter, locations);
  const values = inUNetNames(await readTensors(locations));
  return lora && initialLora ? [...values, ...(await loraValues(lora, initialLora))] : values;
}

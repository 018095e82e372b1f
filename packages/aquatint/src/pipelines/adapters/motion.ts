import { fileName, pathIn } from "../../checkpoints/files.ts";
import { type Lora, loraBranches } from "../../checkpoints/lora/branches.ts";
import { readLora } from "../../checkpoints/lora/read.ts";
import { componentOf } from "../../checkpoints/open.ts";
import { readHeader } from "../../checkpoints/read.ts";
import type { Model, TensorLocation } from "../../checkpoints/types.ts";
import { AquatintError } from "../../errors.ts";
import { familyFacts } from "../../models/families.ts";
import {
  expectFits,
  MotionAdapter,
  type MotionAdapterConfig,
  motionPlan,
  parseMotionAdapterConfig,
} from "../../models/motion/index.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../../models/unet/index.ts";
import { expectKeys, parameters } from "../../nn/module.ts";
import { scalar } from "../../ops/leaves.ts";
import type { JsonObject } from "../../util/json.ts";
import type { PipelineComponents } from "../model/components.ts";
import { boundModel, type TextToImageModel } from "../model/model-folder.ts";
import { networkParameters } from "../model/network-parameters.ts";
import { networkAdapters } from "./network-adapters.ts";

/** The motion modules of an AnimateDiff adapter that has been read and checked, but not loaded. */
export interface MotionModules {
  readonly name: string;
  readonly config: MotionAdapterConfig;
  /** Locations of the weights, by their published names. */
  readonly locations: ReadonlyMap<string, TensorLocation>;
  /** A LoRA of the image model's own layers, which the modules were trained with. */
  readonly lora?: Lora | undefined;
}

/** Key of an adapter's config: the file in its folder with a LoRA of the image model's own layers. diffusers ignores it. */
export const SPATIAL_LORA = "_spatial_lora";

/** The motion modules of an opened adapter. @throws AquatintError "model/class", "model/keys", "config/value", "lora/…" or "file/…". */
export async function motionModules(model: Model): Promise<MotionModules> {
  const component = componentOf(model, "MotionAdapter");
  const config = parseMotionAdapterConfig(component.config);
  expectKeys(model.name, motionParameters(config), component.weights);
  return { name: model.name, config, locations: component.weights, lora: await spatialLora(model, component.config) };
}

async function spatialLora({ files, name, layout }: Model, config: JsonObject): Promise<Lora | undefined> {
  const file = config[SPATIAL_LORA];
  if (file === undefined) return undefined;
  if (typeof file !== "string") {
    const actual = JSON.stringify(file);
    const message = `the config of ${name} has "${SPATIAL_LORA}": ${actual}, expected the name of a file in its folder`;
    throw new AquatintError("config/value", message, { hint: "remove the key to use the motion modules alone" });
  }
  const path = pathIn(layout === "folder" ? "motion_adapter" : "", file);
  return readLora(await readHeader(files, path), { name: fileName(files, path) });
}

/**
 * A published model with the noise schedule that the motion adapters of its family were trained with: with its own, clips flicker.
 * A note says so.
 */
export function withMotionSchedule(model: Model): Model {
  const { scheduler, family, name, notes } = model;
  const schedule = family && familyFacts(family).motionSchedule;
  if (!schedule || scheduler?.["beta_schedule"] !== "scaled_linear") return model;
  const fields = Object.entries(schedule).map(([field, value]) => `${field} ${value}`);
  const note = `${name} was trained with another noise schedule than motion adapters of its family; clips use theirs: ${fields}`;
  return { ...model, scheduler: { ...scheduler, ...schedule }, notes: [...notes, note] };
}

/** The parameters of an adapter by their published names. */
export const motionParameters = (config: MotionAdapterConfig) => parameters(MotionAdapter(config));

/**
 * The model with motion modules in its U-Net, which then takes the frames of clips.
 * @throws AquatintError "motion/shape" for an adapter that was made for another U-Net.
 */
export function withMotionModules(model: TextToImageModel, motion: MotionModules): TextToImageModel {
  const config = parseUNet2DConditionConfig(model.configs.unet);
  expectFits(motion.config, config);
  const unet = UNet2DConditionModel(config, motionPlan(motion.config));
  const lora = motion.lora && fullStrength(motion.lora, { ...model.modules, unet });
  const inUNet = <T>(entries: Iterable<readonly [string, T]>) =>
    Array.from(entries, ([name, value]) => [`unet.${name}`, value] as const);
  return boundModel({
    ...model,
    modules: { ...model.modules, unet, motion: { maxFrames: motion.config.motion_max_seq_length } },
    parameters: new Map([...model.parameters, ...inUNet(parameters(unet)), ...(lora?.parameters ?? [])]),
    locations: new Map([...model.locations, ...inUNet(motion.locations), ...(lora?.locations ?? [])]),
    adapters: lora ? networkAdapters(lora.adapters, model.adapters) : model.adapters,
  });
}

/** A LoRA as branches of the networks, always at its full strength; its parameters are named "motion.lora.0.unet.…". */
function fullStrength(lora: Lora, modules: PipelineComponents) {
  const { adapters, parameters, weights } = loraBranches([{ lora, scale: scalar(1) }], networkParameters(modules));
  const prefixed = <T>(entries: ReadonlyMap<string, T>) =>
    Array.from(entries, ([name, value]) => [`motion.${name}`, value] as const);
  return { parameters: prefixed(parameters), locations: prefixed(weights), adapters };
}

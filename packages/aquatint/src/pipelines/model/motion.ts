import { componentOf } from "../../checkpoints/open.ts";
import type { Model, TensorLocation } from "../../checkpoints/types.ts";
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
import { boundModel, type TextToImageModel } from "./model-folder.ts";

/** The motion modules of an AnimateDiff adapter that has been read and checked, but not loaded. */
export interface MotionModules {
  readonly name: string;
  readonly config: MotionAdapterConfig;
  /** Locations of the weights, by their published names. */
  readonly locations: ReadonlyMap<string, TensorLocation>;
}

/** The motion modules of an opened adapter. @throws AquatintError "model/class" or "model/keys". */
export function motionModules(model: Model): MotionModules {
  const component = componentOf(model, "MotionAdapter");
  const config = parseMotionAdapterConfig(component.config);
  expectKeys(model.name, motionParameters(config), component.weights);
  return { name: model.name, config, locations: component.weights };
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
  const inUNet = <T>(entries: Iterable<readonly [string, T]>) =>
    Array.from(entries, ([name, value]) => [`unet.${name}`, value] as const);
  return boundModel({
    ...model,
    modules: { ...model.modules, unet, motion: { maxFrames: motion.config.motion_max_seq_length } },
    parameters: new Map([...model.parameters, ...inUNet(parameters(unet))]),
    locations: new Map([...model.locations, ...inUNet(motion.locations)]),
  });
}

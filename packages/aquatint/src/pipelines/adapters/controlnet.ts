import type { Model, TensorLocation } from "../../checkpoints/types.ts";
import { AquatintError } from "../../errors.ts";
import { ControlNetModel, parseControlNetConfig } from "../../models/controlnet/index.ts";
import { expectKeys, parameters } from "../../nn/module.ts";
import { boundModel, type TextToImageModel } from "../model/model-folder.ts";

/** A ControlNet that has been read and checked, but not loaded. */
export interface ControlNet {
  readonly name: string;
  readonly module: ReturnType<typeof ControlNetModel>;
  /** The part of its config that must agree with the U-Net's. */
  readonly shape: ControlShape;
  /** Locations of its weights, by their names in the module. */
  readonly locations: ReadonlyMap<string, TensorLocation>;
}

/** A ControlNet that is described by its config, without its weights. @throws AquatintError "config/…". */
export function describedControlNet(name: string, json: unknown): Pick<ControlNet, "name" | "module" | "shape"> {
  const config = parseControlNetConfig(json);
  return { name, module: ControlNetModel(config), shape: config };
}

/** The ControlNet of an opened folder or file. @throws AquatintError "control/kind" or CheckpointError. */
export function controlNetOf({ name, components }: Model): ControlNet {
  const component = components.get("controlnet");
  if (!component) {
    const kinds = Array.from(components.values(), ({ className }) => className).join(", ");
    throw new AquatintError("control/kind", `${name} holds no ControlNet but ${kinds || "nothing that is known"}`, {
      hint: "give the folder or the .safetensors file of a ControlNet in the published layout",
    });
  }
  const described = describedControlNet(name, component.config);
  expectKeys(name, controlParameters(described), component.weights);
  return { ...described, locations: component.weights };
}

const compared = ["in_channels", "block_out_channels", "down_block_types", "cross_attention_dim"] as const;
/** The sizes by which a ControlNet and a U-Net are of one family. */
export type ControlShape = Readonly<Record<(typeof compared)[number], unknown>>;

/**
 * The model with ControlNets beside its U-Net, in this order; one may stand there several times.
 * @throws AquatintError "control/family" for one that was made for another U-Net.
 */
export function addControlNets(model: TextToImageModel, controls: readonly ControlNet[]): TextToImageModel {
  for (const control of controls) checkFamily(control, model);
  const distinct = [...new Set(controls)];
  return boundModel({
    ...model,
    modules: { ...model.modules, controls: controls.map(({ module }) => module) },
    parameters: new Map([
      ...model.parameters,
      ...distinct.flatMap((control, i) => numberedEntries(i, controlParameters(control))),
    ]),
    locations: new Map([...model.locations, ...distinct.flatMap(({ locations }, i) => numberedEntries(i, locations))]),
  });
}

const numberedEntries = <T>(i: number, entries: ReadonlyMap<string, T>) =>
  Array.from(entries, ([key, value]) => [`controlnets.${i}.${key}`, value] as const);

function checkFamily({ name, shape }: ControlNet, { configs, modules }: TextToImageModel): void {
  const unet = parseControlNetConfig({ ...onlyCompared(configs.unet), in_channels: modules.channels });
  const wrong = compared.find((key) => JSON.stringify(shape[key]) !== JSON.stringify(unet[key]));
  if (wrong === undefined) return;
  const message = `${name} was made for a U-Net whose ${wrong} is ${JSON.stringify(shape[wrong])}`;
  throw new AquatintError("control/family", `${message}, this model has ${JSON.stringify(unet[wrong])}`, {
    hint: "use a ControlNet of the model's family: Stable Diffusion 1.x, 2.x and XL each have their own",
  });
}

const onlyCompared = (config: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(compared.flatMap((key) => (key in config ? [[key, config[key]]] : [])));

/** The parameters of a ControlNet by their published names. */
export const controlParameters = ({ module }: Pick<ControlNet, "module">) => parameters(module);

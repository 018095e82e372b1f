import { AquatintError } from "../../errors.ts";
import type { HostTensor } from "../../graph/types.ts";
import { ControlNetModel, parseControlNetConfig } from "../../models/controlnet/index.ts";
import { parameters } from "../../nn/module.ts";
import type { TextToImageModel, WeightBinding } from "./model-folder.ts";

/** A ControlNet that has been read and checked, but not loaded. */
export interface ControlNet {
  readonly name: string;
  readonly module: ReturnType<typeof ControlNetModel>;
  /** What of its config has to be as the U-Net's. */
  readonly shape: ControlShape;
  /** Its weights by their names in the module, widened to float32. @throws CheckpointError */
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
  /** The weights as a program's constants. @throws CheckpointError */
  binding(): Promise<WeightBinding>;
}

/** A ControlNet that is described by its config, without its weights. @throws AquatintError "config/…". */
export function describedControlNet(name: string, json: unknown): Pick<ControlNet, "name" | "module" | "shape"> {
  const config = parseControlNetConfig(json);
  return { name, module: ControlNetModel(config), shape: config };
}

const compared = ["in_channels", "block_out_channels", "down_block_types", "cross_attention_dim"] as const;
/** The sizes by which a ControlNet and a U-Net are of one family. */
export type ControlShape = Readonly<Record<(typeof compared)[number], unknown>>;

/**
 * The model with ControlNets beside its U-Net, in this order; one may stand there several times.
 * @throws AquatintError "control/family" for one that was made for another U-Net.
 */
export function steeredModel(
  model: TextToImageModel,
  controls: readonly ControlNet[],
  join: (bindings: readonly WeightBinding[]) => WeightBinding,
): TextToImageModel {
  for (const control of controls) checkFamily(control, model);
  const distinct = [...new Set(controls)];
  return {
    ...model,
    modules: { ...model.modules, controls: controls.map(({ module }) => module) },
    async weights() {
      const all = new Map(await model.weights());
      for (const [i, control] of distinct.entries()) {
        for (const [key, value] of await control.weights()) all.set(`${prefix(i)}.${key}`, value);
      }
      return all;
    },
    async binding() {
      const own = await Promise.all(distinct.map(async (control, i) => renamed(await control.binding(), prefix(i))));
      return join([await model.binding(), ...own]);
    },
  };
}

const prefix = (i: number): string => `controlnets.${i}`;

function renamed({ parameters: { names, as }, ...rest }: WeightBinding, start: string): WeightBinding {
  const under = <T>(entries: ReadonlyMap<string, T>) =>
    new Map(Array.from(entries, ([key, value]) => [`${start}.${key}`, value] as const));
  return { ...rest, parameters: { names: under(names), as: as === "state" ? as : under(as) } };
}

function checkFamily({ name, shape }: ControlNet, { configs, modules }: TextToImageModel): void {
  const unet = parseControlNetConfig({ ...onlyCompared(configs.unet), in_channels: modules.channels });
  const wrong = compared.find((key) => JSON.stringify(shape[key]) !== JSON.stringify(unet[key]));
  if (wrong === undefined) return;
  const found = `${name} was made for a U-Net whose ${wrong} is ${JSON.stringify(shape[wrong])}`;
  throw new AquatintError("control/family", `${found}, this model has ${JSON.stringify(unet[wrong])}`, {
    hint: "take a ControlNet of the model's family: Stable Diffusion 1.x, 2.x and XL each have their own",
  });
}

const onlyCompared = (config: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(compared.flatMap((key) => (key in config ? [[key, config[key]]] : [])));

/** The parameters of a ControlNet by their published names. */
export const controlParameters = ({ module }: Pick<ControlNet, "module">) => parameters(module);

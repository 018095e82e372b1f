import { join, relative, sep } from "node:path";
import type { FolderOptions } from "../../checkpoints/folder.ts";
import { openCheckpoint, readWeights } from "../../checkpoints/open.node.ts";
import type { ExternalData } from "../../compiler/onnx/emit.ts";
import { AquatintError } from "../../errors.ts";
import type { HostTensor } from "../../graph/types.ts";
import { expectKeys } from "../../nn/module.ts";
import { commonFolder, mappedWeights } from "../../runtime/mapped-weights.node.ts";
import { type ControlNet, controlParameters, describedControlNet, steeredModel } from "./controlnet.ts";
import type { TextToImageModel, WeightBinding } from "./model-folder.ts";

/** Opens a ControlNet: a folder with its config.json, or a file of its weights. @throws AquatintError "control/kind". */
export async function openControlNet(path: string, options: FolderOptions = {}): Promise<ControlNet> {
  const { components } = await openCheckpoint(path, options);
  const found = components.get("controlnet");
  if (!found) {
    const kinds = Array.from(components.values(), ({ className }) => className).join(", ");
    throw new AquatintError("control/kind", `${path} holds no ControlNet but ${kinds || "nothing that is known"}`, {
      hint: "give the folder or the .safetensors file of a ControlNet in the published layout",
    });
  }
  const described = describedControlNet(path, found.config);
  const names = controlParameters(described);
  const places = () => {
    expectKeys(path, names, found.weights);
    return found.weights;
  };
  return {
    ...described,
    async weights() {
      const values = new Map<string, HostTensor>();
      for await (const [key, value] of readWeights(places())) values.set(key, value);
      return values;
    },
    async binding() {
      const { parameters, weightsFolder } = mappedWeights(names, places());
      return { parameters: parameters!, ...(weightsFolder !== undefined && { weightsFolder }) };
    },
  };
}

/** The model with the ControlNets at these paths beside its U-Net; one that is named twice is opened once. */
export async function withControlNets(model: TextToImageModel, paths: readonly string[]): Promise<TextToImageModel> {
  if (paths.length === 0) return model;
  const opened = new Map<string, ControlNet>();
  for (const path of paths) opened.set(path, opened.get(path) ?? (await openControlNet(path)));
  return steeredModel(
    model,
    paths.map((path) => opened.get(path)!),
    joinedBindings,
  );
}

/** Several bindings as one, whose files are all below one folder. */
function joinedBindings(bindings: readonly WeightBinding[]): WeightBinding {
  const folders = bindings.flatMap(({ weightsFolder }) =>
    weightsFolder === undefined ? [] : [join(weightsFolder, "x")],
  );
  const common = commonFolder(folders);
  const names = bindings.flatMap(({ parameters }) => [...parameters.names]);
  const as = bindings.flatMap(({ parameters, weightsFolder = common }) => {
    const from = relative(common, weightsFolder).split(sep).filter(Boolean);
    const moved = (value: HostTensor | ExternalData) =>
      "location" in value ? { ...value, location: [...from, value.location].join("/") } : value;
    if (parameters.as === "state")
      throw new AquatintError("control/weights", "a model in training takes no ControlNet");
    return Array.from(parameters.as, ([key, value]) => [key, moved(value)] as const);
  });
  const rest = Object.assign({}, ...bindings);
  return {
    ...rest,
    parameters: { names: new Map(names), as: new Map(as) },
    ...(folders.length && { weightsFolder: common }),
  };
}

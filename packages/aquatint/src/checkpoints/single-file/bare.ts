import { AquatintError } from "../../errors.ts";
import { currentKeys } from "../../formats/safetensors/renamed-keys.ts";
import { classWeights, detectedClass, modelClass } from "../../models/classes.ts";
import { familyOf } from "../../models/families.ts";
import type { ModelFiles } from "../files.ts";
import { otherForm, READ_MODELS } from "../other-forms.ts";
import { locationsOf } from "../read.ts";
import type { FileHeader, Model } from "../types.ts";
import { inferredComponent } from "./inferred.ts";
import { isInert } from "./leftovers.ts";

/** CLIP's text encoder is that wide; OpenCLIP's encoders are wider. */
const CLIP_WIDTH = 768;

/** One network in a file of its own, without a config: what its shapes do not say is as in the published ones. */
export function bareModel(file: FileHeader, { files }: { readonly files: ModelFiles }): Model {
  const { name } = file.file;
  const { tensors, metadata } = file.header;
  const form = otherForm(tensors.keys());
  if (form) throw new AquatintError("checkpoint/kind", `${name} is ${form}`, { hint: READ_MODELS });
  const locations = new Map([...locationsOf(file)].filter(([key]) => !isInert(key)));
  const current = currentKeys(locations, { name });
  const className = detectedClass(current);
  const entry = modelClass(className ?? "");
  if (className === undefined || !entry) {
    throw new AquatintError("checkpoint/kind", `${name} holds no network that is known`, {
      hint: "aquatint inspect FILE shows what it holds",
    });
  }
  const { weights, unused } = classWeights(entry, current);
  const width = weights.get("text_model.final_layer_norm.weight")?.shape[0] ?? 0;
  const component = inferredComponent(className, weights, { openClip: width > CLIP_WIDTH });
  const family = familyOf(component.config);
  const rest = { scheduler: undefined, generation: undefined, index: {}, padTokens: new Map(), notes: [] };
  const components = new Map([[entry.component, component]]);
  return { name, files, layout: "component", family, components, metadata, unused, ...rest };
}

import { AquatintError } from "../../errors.ts";
import { currentKeys } from "../../formats/safetensors/renamed-keys.ts";
import { otherForm, READ_MODELS } from "../other-models.ts";
import type { Checkpoint, WeightPlace } from "../types.ts";
import { controlNetConfig, familyOf, unetConfig } from "./infer-config.ts";
import { classWeights, isInert } from "./leftovers.ts";
import { describe, type FileHeader } from "./single-file.ts";

/** A network in a file of its own under today's names. */
interface BareNetwork {
  /** A key that all of its kind have. */
  readonly key: string;
  readonly component: string;
  /** What describes it, where it is not what is usual for its component. */
  readonly as?: string;
  /** The class, where files may hold more than its weights. */
  readonly className?: string;
}

/** The first that fits counts. */
const networks: readonly BareNetwork[] = [
  { key: "controlnet_cond_embedding.conv_in.weight", component: "controlnet" },
  { key: "up_blocks.0.resnets.0.conv1.weight", component: "unet" },
  { key: "encoder.down_blocks.0.resnets.0.conv1.weight", component: "vae", className: "AutoencoderKL" },
  { key: "decoder.layers.0.weight", component: "vae", as: "taesd" },
  { key: "text_projection.weight", component: "text_encoder_2", className: "CLIPTextModelWithProjection" },
  { key: "text_model.embeddings.token_embedding.weight", component: "text_encoder", className: "CLIPTextModel" },
];

const networkIn = (keys: { has(key: string): boolean }) => networks.find(({ key }) => keys.has(key));

/** The network that a file of today's names holds, if it holds one. */
export const bareNetwork = (keys: { has(key: string): boolean }): string | undefined => networkIn(keys)?.component;

/** One network in a file of its own, without a config: what its shapes do not say is as in the published ones. */
export function bareCheckpoint({ file, header }: FileHeader, { name }: { readonly name: string }): Checkpoint {
  const form = otherForm(header.tensors.keys());
  if (form) throw new AquatintError("checkpoint/kind", `${name} is ${form}`, { hint: READ_MODELS });
  const own = [...header.tensors].filter(([key]) => !isInert(key));
  const places = own.map(([key, entry]): [string, WeightPlace] => [key, { ...entry, file }]);
  const named = currentKeys(new Map(places), { name });
  const network = networkIn(named);
  if (network === undefined) {
    throw new AquatintError("checkpoint/kind", `${name} holds no network that is known`, {
      hint: "aquatint inspect FILE says what a file holds",
    });
  }
  const { component, as = component, className = "" } = network;
  const { weights, unused } = classWeights(className, named);
  const configs = { unet: unetConfig, controlnet: controlNetConfig };
  const family = component === "unet" || component === "controlnet" ? familyOf(configs[component](weights)) : undefined;
  const hidden = weights.get("text_model.final_layer_norm.weight")?.shape[0] ?? 0;
  // 768 is OpenAI's CLIP; OpenCLIP's encoders are wider
  const described = describe(as, weights, { pooled: undefined, family, openClip: hidden > 768 });
  const rest = { scheduler: undefined, index: {}, padTokens: new Map(), metadata: header.metadata, unused, notes: [] };
  return { name, layout: "component", family, components: new Map([[component, described]]), ...rest };
}

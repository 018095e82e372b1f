import { AquatintError } from "../errors.ts";
import { currentKeys } from "../formats/renamed-keys.ts";
import { controlNetConfig, familyOf, unetConfig } from "./infer-config.ts";
import { describe, type FileHeader } from "./single-file.ts";
import type { Checkpoint, WeightPlace } from "./types.ts";

/** The networks that lie in a file of their own under today's names, by a key that all of them have. */
const networks: readonly (readonly [key: string, component: string])[] = [
  ["controlnet_cond_embedding.conv_in.weight", "controlnet"],
  ["up_blocks.0.resnets.0.conv1.weight", "unet"],
  ["encoder.down_blocks.0.resnets.0.conv1.weight", "vae"],
  ["text_projection.weight", "text_encoder_2"],
  ["text_model.embeddings.token_embedding.weight", "text_encoder"],
];

/** The network that a file of today's names holds, if it holds one. */
export const bareNetwork = (keys: { has(key: string): boolean }): string | undefined =>
  networks.find(([key]) => keys.has(key))?.[1];

/** One network in a file of its own, without a config: what its shapes do not say is as in the published ones. */
export function bareCheckpoint({ file, header }: FileHeader, { name }: { readonly name: string }): Checkpoint {
  const places = Array.from(header.tensors, ([key, entry]): [string, WeightPlace] => [key, { ...entry, file }]);
  const weights = currentKeys(new Map(places), { name });
  const component = bareNetwork(weights);
  if (component === undefined) {
    throw new AquatintError("checkpoint/kind", `${name} holds no network that is known`, {
      hint: "aquatint inspect FILE says what a file holds",
    });
  }
  const configs = { unet: unetConfig, controlnet: controlNetConfig };
  const family = component === "unet" || component === "controlnet" ? familyOf(configs[component](weights)) : undefined;
  const hidden = weights.get("text_model.final_layer_norm.weight")?.shape[0] ?? 0;
  // 768 is OpenAI's CLIP; OpenCLIP's encoders are wider
  const described = describe(component, weights, { pooled: undefined, family, openClip: hidden > 768 });
  const rest = { scheduler: undefined, index: {}, padTokens: new Map(), metadata: header.metadata, unused: [] };
  return { name, layout: "component", family, components: new Map([[component, described]]), ...rest };
}

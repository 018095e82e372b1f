/** Tensors of a training that no network computes with: averages, losses, tables that are computed from nothing. */
const inert =
  /^((first_stage_model\.)?(loss|model_ema)\.|alphas_cumprod|betas$|sqrt_|log_one_minus|posterior_|logvar|scale_factor$|denoiser\.|v_pred$|ztsnr$|global_step$|.*\.(position_ids|logit_scale|attn_mask)$|logit_scale$)/;

/** Whether a tensor is a leftover of training, which every program passes over. */
export const isInert = (key: string): boolean => inert.test(key);

/** Parts of CLIP that its text encoder lacks. */
const clipParts = /^(logit_scale$|logit_bias$|vision_model\.|visual_projection\.)/;

/** What files of a class hold beside its weights, and names of its weights without their usual beginning. */
interface ClassKeys {
  readonly leftover: RegExp;
  readonly rename?: (key: string) => string;
}
const textName = (key: string): string =>
  key.replace(/^(?=(embeddings|encoder\.layers|final_layer_norm)\.)/, "text_model.");

const classKeys: Readonly<Record<string, ClassKeys>> = {
  CLIPTextModel: {
    leftover: new RegExp(`${clipParts.source}|^(text_model\\.)?text_projection\\b`),
    rename: textName,
  },
  CLIPTextModelWithProjection: { leftover: clipParts, rename: textName },
  AutoencoderKL: { leftover: /^(loss|model_ema)\./ },
};

/** The weights of a network of this class under its own names, and the tensors beside them. */
export function classWeights<T>(className: string, tensors: ReadonlyMap<string, T>) {
  const { leftover, rename = (key: string) => key } =
    (Object.hasOwn(classKeys, className) && classKeys[className]) || {};
  const weights = new Map<string, T>();
  const unused: string[] = [];
  for (const [key, tensor] of tensors) {
    if (leftover?.test(key)) unused.push(key);
    else weights.set(rename(key), tensor);
  }
  return { weights, unused };
}

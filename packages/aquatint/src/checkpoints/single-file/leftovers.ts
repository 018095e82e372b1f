/** Tensors of a training that no network computes with: averages, losses, tables that are computed from nothing. */
const inert =
  /^((first_stage_model\.)?(loss|model_ema)\.|alphas_cumprod|betas$|sqrt_|log_one_minus|posterior_|logvar|scale_factor$|denoiser\.|v_pred$|ztsnr$|global_step$|.*\.(position_ids|logit_scale|attn_mask)$|logit_scale$)/;

/** Tells whether a tensor is a leftover of training, which every program passes over. */
export const isInert = (key: string): boolean => inert.test(key);

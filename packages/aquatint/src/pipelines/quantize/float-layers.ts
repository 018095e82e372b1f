/** Networks whose layers may become 8 bits. */
const networks = /^(unet|vae)\./;

/**
 * Layers that stay float32 whatever is measured: the first and the last convolution, the latents' own, and what is computed of
 * the time and of other numbers. They take next to no time, and their errors reach every pixel.
 */
const always = /\b(conv_in|conv_out|quant_conv|post_quant_conv|time_emb\w*|add_embedding|class_embedding)\b/;

/** True if a layer may become 8 bits, by the name of its weight: "unet.mid_block.resnets.0.conv1.weight". */
export const mayQuantize = (weight: string): boolean => networks.test(weight) && !always.test(weight);

import type { Tensor } from "../../../graph/tensor.ts";
import { add, exp, minimum, mul, neg, scale } from "../../../ops/elementwise.ts";
import { scalar } from "../../../ops/leaves.ts";
import { matmul } from "../../../ops/matmul.ts";
import { logSoftmax } from "../../../ops/norm.ts";
import { mean, sum } from "../../../ops/reduce.ts";
import { transpose } from "../../../ops/shape.ts";
import { itemAt, lookup } from "../../../util/items.ts";

/** Log of the steepest temperature that training may reach, as in OpenAI's CLIP. */
const MAX_LOGIT_SCALE = Math.log(100);

/** Input of the contrastive loss: vectors of length 1, [n, d] each, and what belongs together. */
export interface ContrastiveInput {
  readonly imageEmbeds: Tensor;
  readonly textEmbeds: Tensor;
  /** Log of the temperature's inverse, a scalar. */
  readonly logitScale: Tensor;
  /** [n, n]: how much of row i's answer column j is; rows add up to 1, and it is symmetric. */
  readonly answers: Tensor;
}

/** Symmetric cross entropy of images among texts and texts among images (Radford et al. 2021). */
export function contrastiveLoss({ imageEmbeds, textEmbeds, logitScale, answers }: ContrastiveInput): Tensor {
  const steepness = exp(minimum(logitScale, scalar(MAX_LOGIT_SCALE)));
  const logits = mul(matmul(imageEmbeds, textEmbeds, { transB: true }), steepness);
  const among = (rows: Tensor) => neg(mean(sum(mul(answers, logSoftmax(rows)), { axes: [1] })));
  return scale(add(among(logits), among(transpose(logits, { perm: [1, 0] }))), 0.5);
}

/** The answers of a batch, [n, n] by rows: an image belongs to every text that is the same as its own, in equal shares. */
export function answersOf(captions: readonly string[]): Float32Array {
  const n = captions.length;
  const count = new Map<string, number>();
  for (const caption of captions) count.set(caption, (count.get(caption) ?? 0) + 1);
  return Float32Array.from({ length: n * n }, (_, k) => {
    const caption = itemAt(captions, Math.floor(k / n));
    return captions[k % n] === caption ? 1 / lookup(count, caption) : 0;
  });
}

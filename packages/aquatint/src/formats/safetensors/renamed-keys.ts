import { AquatintError } from "../../errors.ts";

/** Names that parts of published weights had in older versions of diffusers, and have now. */
const renamed: readonly (readonly [old: RegExp, now: string])[] = [
  [/(\.attentions\.\d+\.)query\./, "$1to_q."],
  [/(\.attentions\.\d+\.)key\./, "$1to_k."],
  [/(\.attentions\.\d+\.)value\./, "$1to_v."],
  [/(\.attentions\.\d+\.)proj_attn\./, "$1to_out.0."],
];
/** Tables of 0, 1, 2, ... that older versions of transformers saved beside the weights. */
const counted = /\.embeddings\.position_ids$/;

/**
 * A checkpoint's tensors under today's names; what holds no weight is left out.
 * @throws AquatintError "checkpoint/keys" when a tensor is there under its old name and its new one.
 */
export function currentKeys<T>(tensors: ReadonlyMap<string, T>, { name }: { readonly name: string }): Map<string, T> {
  const current = new Map<string, T>();
  for (const [key, tensor] of tensors) {
    if (counted.test(key)) continue;
    const now = renamed.reduce((k, [old, replacement]) => k.replace(old, replacement), key);
    if (current.has(now) || (now !== key && tensors.has(now))) {
      throw new AquatintError("checkpoint/keys", `${name} holds the tensor ${now} twice, once as ${key}`, {
        hint: "use the file as it was published",
      });
    }
    current.set(now, tensor);
  }
  return current;
}

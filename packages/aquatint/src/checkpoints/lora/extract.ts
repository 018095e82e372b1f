import { AquatintError } from "../../errors.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor, Shape } from "../../graph/types.ts";
import { lowRankProduct } from "../../math/low-rank.ts";
import { itemAt } from "../../util/items.ts";

/** Weights of one network before and after a training, and how much of the difference is kept. */
export interface ExtractLoraOptions {
  /** "unet" or "text_encoder": the first name of the keys. */
  readonly component: string;
  readonly base: ReadonlyMap<string, HostTensor>;
  readonly tuned: ReadonlyMap<string, HostTensor>;
  /** Largest rank of a layer. */
  readonly rank: number;
}

/** A LoRA in diffusers' names, and the share of each layer's squared difference that it has. */
export interface ExtractedLora {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * The LoRA that is nearest to the difference of two networks' weights: of linear layers and convolutions.
 * @throws AquatintError "lora/extract" where something else differs, or the networks have other parameters.
 */
export function extractLora({ component, base, tuned, rank }: ExtractLoraOptions): ExtractedLora {
  const tensors = new Map<string, HostTensor>();
  const shares = new Map<string, number>();
  for (const [name, after] of tuned) {
    const before = base.get(name);
    if (!before || String(before.shape) !== String(after.shape)) {
      throw extractError(
        `${name} is not in the base, or has another shape there`,
        "name the model that it was tuned from",
      );
    }
    const values = differenceOf(after, before);
    if (values.every((value) => value === 0)) continue;
    if (!isLayer(name, after.shape)) {
      throw extractError(
        `${name} differs, which no LoRA changes`,
        'freeze biases and norms: "*.bias", "*norm*.weight"',
      );
    }
    const module = `${component}.${name.replace(/\.weight$/, "")}`;
    const { share, up, down, ...result } = lowRankProduct({ ...matrixShape(after.shape), values }, rank);
    const kernel = after.shape.slice(2);
    tensors.set(`${module}.lora_A.weight`, float32([result.rank, itemAt(after.shape, 1), ...kernel], down));
    tensors.set(`${module}.lora_B.weight`, float32([itemAt(after.shape, 0), result.rank, ...kernel.map(() => 1)], up));
    shares.set(module, share);
  }
  const lacking = [...base.keys()].find((name) => !tuned.has(name));
  if (lacking !== undefined)
    throw extractError(`${lacking} is in the base alone`, "name the model that it was tuned from");
  if (tensors.size === 0) throw extractError("the networks are equal", "name another model");
  return { tensors, shares };
}

const isLayer = (name: string, { length }: Shape) => name.endsWith(".weight") && (length === 2 || length === 4);

const matrixShape = (shape: Shape) => ({
  rows: itemAt(shape, 0),
  columns: shape.slice(1).reduce((product, n) => product * n, 1),
});

function differenceOf(after: HostTensor, before: HostTensor): Float32Array {
  const [a, b] = [float32Data(after), float32Data(before)];
  return a.map((value, i) => value - itemAt(b, i));
}

const extractError = (problem: string, hint: string) => new AquatintError("lora/extract", problem, { hint });

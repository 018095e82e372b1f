import { AquatintError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { conv2d } from "../ops/conv.ts";
import { add, mul } from "../ops/elementwise.ts";
import { scalar } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/shape.ts";
import { sizeAt } from "../ops/shape-rules.ts";
import { type Children, wrapCalls } from "./module.ts";

/** A low-rank branch beside a Linear or a Conv2d (Hu et al. 2021; convolutions as LoCon has them): y + scale · up(mid(down(x))). */
export interface LowRank {
  /** [rank, in], or [rank, in, k, k] beside a convolution. */
  readonly down: Tensor;
  /** [out, rank], with or without two axes of 1. */
  readonly up: Tensor;
  /** [rank, rank, k, k]; then `down` is of 1 x 1. */
  readonly mid?: Tensor | undefined;
  /** A scalar; an input of the graph where it is to change without another program. */
  readonly scale: Tensor;
}

/** A whole difference of a layer's weights: y + scale · (dW x + db). */
export interface WeightDelta {
  /** As many elements as the layer's weight. */
  readonly weight?: Tensor | undefined;
  /** [out] */
  readonly bias?: Tensor | undefined;
  /** A scalar, as of `LowRank`. */
  readonly scale: Tensor;
}

/** A branch beside a layer. */
export type Branch = LowRank | WeightDelta;

/** Branches by the paths of their modules: "mid_block.attentions.0.proj_in". */
export type Adapters = ReadonlyMap<string, readonly Branch[]>;

/**
 * Runs `trace`; each Linear and Conv2d that it calls and `adapters` names has its branches added to what it returns.
 * The module and its weights stay as they are. @throws AquatintError "lora/…" where a branch does not fit or is not reached.
 */
export function withAdapters<R>(adapters: Adapters, trace: () => R): R {
  const visited = new Set<string>();
  const result = wrapCalls((path, forward, children) => {
    const branches = adapters.get(path);
    if (!branches) return forward;
    visited.add(path);
    const kernel = weightOf(path, children);
    const adapted = (x: Tensor): Tensor => {
      const y = forward(x) as Tensor;
      const layer = { x, y, weight: kernel, path };
      return branches.reduce((sum, branch) => add(sum, mul(sideBranch(layer, branch), branch.scale)), y);
    };
    return adapted as typeof forward;
  }, trace);
  const unknownPath = [...adapters.keys()].find((path) => !visited.has(path));
  if (unknownPath === undefined) return result;
  throw new AquatintError("lora/target", `the model has no layer "${unknownPath}" that could be adapted`, {
    hint: "the LoRA was trained on another family of models: aquatint inspect FILE shows which",
  });
}

function weightOf(path: string, { weight }: Children): readonly number[] {
  const shape = weight !== undefined && "shape" in weight ? weight.shape : [];
  if (shape.length === 2 || shape.length === 4) return shape;
  throw new AquatintError("lora/target", `"${path}" is not a linear layer or a convolution; only those can be adapted`);
}

const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** A layer's input, its own output and the shape of its weight. */
interface AdaptedLayer {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weight: readonly number[];
  readonly path: string;
}

const misfit = ({ path, weight }: AdaptedLayer, shapes: string) =>
  new AquatintError("lora/shape", `"${path}" has a weight of [${weight}], ${shapes} does not fit it`, {
    hint: "the LoRA was trained on another family of models",
  });

const sideBranch = (layer: AdaptedLayer, branch: Branch): Tensor =>
  "down" in branch ? lowRank(layer, branch) : difference(layer, branch);

function lowRank(layer: AdaptedLayer, { down, up, mid }: LowRank): Tensor {
  const { x, y, weight } = layer;
  const [outputs = 0, inputs = 0, size = 1] = weight;
  const [rank = 0] = down.shape;
  const kernel = mid?.shape[2] ?? down.shape[2] ?? 1;
  const fits = down.shape[1] === inputs && up.shape[0] === outputs && up.shape[1] === rank && kernel === size;
  if (!fits || elements(up.shape) !== outputs * rank) {
    throw misfit(layer, `the pair [${down.shape}] and [${up.shape}]`);
  }
  const flat = (t: Tensor) => reshape(t, { shape: [sizeAt(t.shape, 0), sizeAt(t.shape, 1)] });
  if (weight.length === 2) return linear(linear(x, flat(down)), flat(up));
  const pixelwise = reshape(up, { shape: [outputs, rank, 1, 1] });
  const across = down.shape.length === 4 ? down : reshape(down, { shape: [rank, inputs, 1, 1] });
  if (!mid) return conv2d(conv2d(x, across, undefined, strides(x, y, kernel)), pixelwise, undefined);
  return conv2d(conv2d(conv2d(x, across, undefined), mid, undefined, strides(x, y, kernel)), pixelwise, undefined);
}

function difference(layer: AdaptedLayer, { weight: dW, bias }: WeightDelta): Tensor {
  const { x, y, weight } = layer;
  const [outputs = 0, , kernel = 1] = weight;
  if (dW && elements(dW.shape) !== elements(weight)) throw misfit(layer, `the difference [${dW.shape}]`);
  if (bias && elements(bias.shape) !== outputs) throw misfit(layer, `the difference [${bias.shape}] of its bias`);
  const isLinear = weight.length === 2;
  const flat = bias && reshape(bias, { shape: isLinear ? [outputs] : [1, outputs, 1, 1] });
  const full = dW && reshape(dW, { shape: weight });
  const product = full && (isLinear ? linear(x, full) : conv2d(x, full, undefined, strides(x, y, kernel)));
  if (product && flat) return add(product, flat);
  return product ?? flat ?? scalar(0);
}

function linear(x: Tensor, weight: Tensor): Tensor {
  const rows = reshape(x, { shape: [-1, sizeAt(x.shape, -1)] });
  return reshape(matmul(rows, weight, { transB: true }), { shape: x.shape.with(-1, sizeAt(weight.shape, 0)) });
}

/** Padding and stride of the convolution beside it, as its output's size shows them. */
function strides(x: Tensor, y: Tensor, kernel: number): { readonly stride: number; readonly padding: number } {
  const [before = 0, after = 0] = [x.shape[2], y.shape[2]];
  const same = (kernel - 1) >> 1;
  for (const padding of [same, 0]) {
    for (const stride of [1, 2])
      if (Math.floor((before + 2 * padding - kernel) / stride) + 1 === after) return { stride, padding };
  }
  throw new AquatintError(
    "lora/shape",
    `a convolution of ${kernel} x ${kernel} makes ${before} to ${after} in a way that cannot be adapted`,
  );
}

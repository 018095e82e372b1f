import { type BlockedSite, defineOp, type Emitter, type OpFn } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape } from "../graph/types.ts";
import { fillsBlocks, inBlocks, outOfBlocks, unblockedShape } from "./blocks.ts";
import { convAttributes, type Geometry, type Shape4 } from "./conv-onnx.ts";
import { pad } from "./shape.ts";
import { both, placesOf } from "./window.ts";

interface KernelOptions {
  readonly block: number;
  /** The kernel of the picture's gradient: outputs and inputs change places, and so do the ends of the window. */
  readonly backward: boolean;
}

/**
 * A kernel [o, i, kh, kw] in blocks, [o / block, i / block, kh, kw, block of i, block of o]; outputs are filled up with
 * zeros. Fewer inputs than a block stay single: [o / block, i, kh, kw, 1, block of o].
 */
const blockKernel: OpFn<[weight: Tensor], KernelOptions> = defineOp({
  name: "blockKernel",
  infer: ([{ dtype, shape }], { block, backward }) => {
    const [o, i, kh, kw] = (backward ? swapped(shape) : shape) as Shape4;
    const inner = i < block ? 1 : block;
    return { dtype, shape: [Math.ceil(o / block), i / inner, kh, kw, inner, block] };
  },
  emit: (e, [w], { backward }, { inputs: [weight], outputs: [y] }) => {
    const [o, i, kh, kw, inner, block] = y!.shape as readonly [...Shape4, number, number];
    const places = kh * kw;
    const as = (name: string, shape: Shape) => e.node("Reshape", [name, e.constant("int64", shape)]);
    const filled = filledUp(e, w!, weight.shape, { axis: backward ? 1 : 0, to: o * block });
    // the outputs' blocks as those of a picture, which is many times faster than a transpose of single numbers
    const apart = backward ? [i * inner, o * block, 1, places] : [1, o * block, 1, i * inner * places];
    const inside = e.node("ReorderInput", [as(filled, apart)], {}, { domain: "com.microsoft.nchwc" });
    const [between, perm] = backward
      ? [
          [i, inner, o, places, block],
          [2, 0, 3, 1, 4],
        ]
      : [
          [o, i, inner, places, block],
          [0, 1, 3, 2, 4],
        ];
    const blocks = e.node("Transpose", [as(inside, between!)], { perm: perm! });
    const order = Array.from({ length: places }, (_, k) => places - 1 - k);
    const turned = backward ? e.node("Gather", [blocks, e.constant("int64", order)], { axis: 2 }) : blocks;
    return as(turned, y!.shape);
  },
  grad: "refused",
});
const swapped = ([o, i, ...window]: Shape): Shape => [i!, o!, ...window];

function filledUp(e: Emitter, w: string, shape: Shape, { axis, to }: { axis: number; to: number }): string {
  if (shape[axis] === to) return w;
  const none = shape.map(() => 0);
  const pads = [...none, ...none.with(axis, to - shape[axis]!)];
  return e.node("Pad", [w, e.constant("int64", pads)], { mode: "constant" });
}

/** conv2d in blocks: x [n, c / block, h, w, block], or [n, c, h, w] with fewer channels than a block, by a blocked kernel. */
const blockedConv: OpFn<readonly Tensor[], Geometry> = defineOp({
  name: "blockedConv",
  infer: ([x, kernel]: readonly Tensor[], geometry: Geometry) => {
    const [n, , h, w] = x!.shape as Shape4;
    const [o, , kh, kw, , block] = kernel!.shape as readonly [...Shape4, number, number];
    return { dtype: x!.dtype, shape: [n, o, ...placesOf([h, w], [kh, kw], geometry), block] };
  },
  emit: (e, [x, kernel, ...bias], geometry, { inputs: [picture, blocks], outputs: [y] }) => {
    const [o, i, kh, kw, inner, block] = blocks!.shape as readonly [...Shape4, number, number];
    const as = (name: string, shape: Shape) => e.node("Reshape", [name, e.constant("int64", shape)]);
    const whole = picture!.shape.length === 4 ? x! : as(x!, unblockedShape(picture!.shape));
    const shape: Shape4 = [o * block, i * inner, kh, kw];
    const attributes = convAttributes(shape, geometry);
    const result = e.node("Conv", [whole, as(kernel!, shape), ...bias], attributes, { domain: "com.microsoft.nchwc" });
    return as(result, y!.shape);
  },
  grad: "refused",
});

type Site<A> = BlockedSite<readonly Tensor[], A>;

/** conv2d in blocks, for pictures whose channels fill blocks or are fewer than a block, and no groups. */
export const convInBlocks = ({ inputs, attrs, block }: Site<Geometry>): readonly Tensor[] | undefined =>
  byBlocks(inputs, attrs, { block, backward: false });

/** convTranspose2d in blocks, where it is a convolution by the reversed kernel: without steps. */
export function transposedInBlocks({ inputs, outputs, attrs, block }: Site<Geometry & { size: Shape }>) {
  const { size: _, ...geometry } = attrs;
  const [, , kh, kw] = inputs[1]!.shape as Shape4;
  const padding = both((i) => geometry.dilation[i] * ([kh, kw][i]! - 1) - geometry.padding[i]);
  if (geometry.stride.some((s) => s > 1) || padding.some((p) => p < 0)) return undefined;
  const [, , h, w] = inputs[0]!.shape as Shape4;
  const found = placesOf([h, w], [kh, kw], { ...geometry, padding });
  if (found.some((d, i) => d !== outputs[0]!.shape[2 + i])) return undefined;
  return byBlocks(inputs, { ...geometry, padding }, { block, backward: true });
}

function byBlocks([x, weight, bias]: readonly Tensor[], geometry: Geometry, { block, backward }: KernelOptions) {
  const few = x!.shape[1]! < block;
  if (geometry.groups > 1 || !(few || fillsBlocks(x!, block))) return undefined;
  const channels = weight!.shape[backward ? 1 : 0]!;
  const kernel = blockKernel(weight!, { block, backward });
  const rest = kernel.shape[0]! * block - channels;
  const filled = bias && (rest ? pad(bias, { before: [0], after: [rest] }) : bias);
  const operands = [few ? x! : inBlocks(x!, block), kernel, ...(filled ? [filled] : [])];
  return [outOfBlocks(blockedConv(...operands, geometry), channels)];
}

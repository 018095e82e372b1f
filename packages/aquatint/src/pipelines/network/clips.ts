import type { Tensor } from "../../graph/tensor.ts";
import type { Frames, FrameWindows } from "../../models/motion/index.ts";
import { dims, rearrange } from "../../nn/einops.ts";
import { expand, reshape } from "../../ops/shape.ts";
import { mapValues } from "../../util/map-values.ts";

/** The U-Net's inputs by name. */
type Inputs = Readonly<Record<string, Tensor>>;

/** A U-Net's inputs as rows of images, and the way back. */
interface FrameRows {
  readonly rows: Inputs;
  /** The frames of each clip; absent for images. */
  readonly frames: Frames | undefined;
  /** The U-Net's output in the form of its input x. */
  readonly clips: (output: Tensor) => Tensor;
}

/** Inputs that each image has for itself. The frames of a clip share its context, and all images share those of ControlNets. */
const eachImage = /^(t|guidance|textEmbeds|timeIds)$/;

/** Clips x [n, c, f, h, w] as n f images, each with the other inputs of its clip or of its own; images as they are. */
export function frameRows(inputs: Inputs, windows: FrameWindows | undefined): FrameRows {
  const { x } = inputs;
  if (x?.shape.length !== 5) return { rows: inputs, frames: undefined, clips: (output) => output };
  const { n, f } = dims(x, "n c f h w");
  const rows = mapValues<string, Tensor, Tensor>(inputs, (value, name) =>
    eachImage.test(name) ? eachFrame(value, { n, f }) : value,
  );
  return {
    rows: { ...rows, x: rearrange(x, "n c f h w -> (n f) c h w") },
    frames: { count: f, windows },
    clips: (output) => rearrange(output, "(n f) c h w -> n c f h w", { f }),
  };
}

/** Rows of n clips, each as often as a clip has frames; rows of frames as they are. */
export function eachFrame(x: Tensor, { n, f }: { readonly n: number; readonly f: number }): Tensor {
  const [count, ...rest] = x.shape;
  if (count !== n || n * f === n) return x;
  const repeated = expand(reshape(x, { shape: [n, 1, ...rest] }), { shape: [n, f, ...rest] });
  return reshape(repeated, { shape: [n * f, ...rest] });
}

import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../../graph/types.ts";
import { type AddedConditions, type Residuals, sumResiduals } from "../../models/unet/index.ts";
import { slice } from "../../ops/shape.ts";
import type { TextToImageModules } from "../model/components.ts";
import { type CanvasPlan, scaleAt } from "../text-to-image/img2img.ts";

/** What one ControlNet is shown, the same for every row of x: [1, 3, H, W] in 0 .. 1, and how strongly it acts. */
export interface Steering {
  readonly picture: HostTensor;
  readonly scale: number;
}
const pictureName = (i: number): string => `control.${i}.picture`;
const scaleName = (i: number): string => `control.${i}.scale`;

interface Given {
  readonly x: Tensor;
  readonly t: Tensor;
  readonly context: Tensor;
  /** What the U-Net is told besides. */
  readonly added: AddedConditions;
}

/** The inputs that `steeringFeeds` names, for so many ControlNets. */
interface Shown {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly count: number;
}

/** What the ControlNets add; they see what is denoised, and no mask beside it. */
export function residualsOf(
  { controls, channels }: TextToImageModules,
  { x, t, context, added }: Given,
  { inputs, count }: Shown,
): Residuals | undefined {
  const denoised = x.shape[1] === channels ? x : slice(x, { axis: 1, start: 0, end: channels });
  const [first, ...rest] = controls.slice(0, count).map((control, i) => {
    const conditioningScale = inputs[scaleName(i)]!;
    return control(denoised, t, context, inputs[pictureName(i)]!, { ...added, conditioningScale });
  });
  return first && sumResiduals([first, ...rest]);
}

/** The inputs of what `residualsOf` gives. */
export const steeringFeeds = (steering: readonly Steering[]): HostTensors =>
  Object.fromEntries(
    steering.flatMap(({ picture, scale }, i) => [
      [pictureName(i), picture],
      [scaleName(i), { dtype: "float32", shape: [1], data: Float32Array.of(scale) }],
    ]),
  );

/** What the ControlNets of a plan are shown, and at step i of the n that are walked their scales. */
export function steeringOf({ controls, width, height }: Steered): (i: number, n: number) => readonly Steering[] {
  const pictures = controls.map(({ picture }): HostTensor => {
    return { dtype: "float32", shape: [1, 3, height, width], data: picture.map((v) => v / 2 + 0.5) };
  });
  return (i, n) => controls.map((control, k) => ({ picture: pictures[k]!, scale: scaleAt(control, i, n) }));
}

interface Steered extends Pick<CanvasPlan, "controls"> {
  readonly width: number;
  readonly height: number;
}

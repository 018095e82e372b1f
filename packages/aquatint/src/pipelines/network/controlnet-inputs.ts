import type { StepIndex } from "../../diffusion/process/denoiser.ts";
import { float32 } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../../graph/types.ts";
import { type AddedConditions, type Residuals, sumResiduals } from "../../models/unet/index.ts";
import { slice } from "../../ops/shape.ts";
import { itemAt, lookup } from "../../util/items.ts";
import type { PipelineComponents } from "../model/components.ts";

/** Input of one ControlNet, the same for every image of a batch: [1, 3, H, W] in 0 .. 1, and its scale. */
export interface ControlInput {
  readonly image: HostTensor;
  readonly scale: number;
}
const imageName = (i: number): string => `control.${i}.image`;
const scaleName = (i: number): string => `control.${i}.scale`;

interface UNetInputs {
  readonly x: Tensor;
  readonly t: Tensor;
  readonly context: Tensor;
  /** The U-Net's other conditions. */
  readonly added: AddedConditions;
}

/** The inputs that `controlFeeds` names, for `count` ControlNets. */
interface ControlTensors {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly count: number;
}

/** Sum of the ControlNets' residuals. They see what is denoised, without the channels of a mask. */
export function residualsOf(
  { controls, channels }: PipelineComponents,
  { x, t, context, added }: UNetInputs,
  { inputs, count }: ControlTensors,
): Residuals | undefined {
  const denoised = x.shape[1] === channels ? x : slice(x, { axis: 1, start: 0, end: channels });
  const [first, ...rest] = controls.slice(0, count).map((control, i) => {
    const conditioningScale = lookup(inputs, scaleName(i));
    return control(denoised, t, context, lookup(inputs, imageName(i)), { ...added, conditioningScale });
  });
  return first && sumResiduals([first, ...rest]);
}

/** The feeds of `residualsOf`. */
export const controlFeeds = (inputs: readonly ControlInput[]): HostTensors =>
  Object.fromEntries(
    inputs.flatMap(({ image, scale }, i) => [
      [imageName(i), image],
      [scaleName(i), { dtype: "float32", shape: [1], data: Float32Array.of(scale) }],
    ]),
  );

/** The ControlNets' part of a plan. */
export interface ControlPlan {
  readonly controls: readonly PlannedControl[];
  readonly width: number;
  readonly height: number;
}

/** Input of one ControlNet, checked; the image is [3, height, width] in -1 .. 1. */
export interface PlannedControl {
  readonly image: Float32Array;
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

/** The inputs of a plan's ControlNets in step i of n. */
export function controlInputs({ controls, width, height }: ControlPlan): (step: StepIndex) => readonly ControlInput[] {
  const images = controls.map(({ image }) =>
    float32(
      [1, 3, height, width],
      image.map((v) => v / 2 + 0.5),
    ),
  );
  return (step) => controls.map((control, k) => ({ image: itemAt(images, k), scale: scaleAt(control, step) }));
}

/** The scale of a ControlNet in step i of n, as diffusers has it: 0 outside of its range. */
export const scaleAt = ({ scale, start, end }: Omit<PlannedControl, "image">, { i, n }: StepIndex): number =>
  i / n < start || (i + 1) / n > end ? 0 : scale;

import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { add } from "../../ops/elementwise.ts";
import { itemAt } from "../../util/items.ts";

/** Output of a ControlNet (Zhang et al. 2023) for a U-Net: one tensor for every image on the way down, and one for the middle's. */
export interface Residuals {
  readonly down: readonly Tensor[];
  readonly mid: Tensor;
}

/** The sum of what several ControlNets add. */
export const sumResiduals = ([first, ...rest]: readonly [Residuals, ...Residuals[]]): Residuals =>
  rest.reduce((sum, { down, mid }) => ({ down: addEach(sum.down, down), mid: add(sum.mid, mid) }), first);

interface Passed {
  readonly skips: Tensor[];
  readonly middle: Tensor;
}
/** The images of a way down with a ControlNet's residuals added. */
export const addResiduals = ({ skips, middle }: Passed, { down, mid }: Residuals): Passed => ({
  skips: addEach(skips, down),
  middle: add(middle, mid),
});

function addEach(xs: readonly Tensor[], ys: readonly Tensor[]): Tensor[] {
  if (xs.length !== ys.length) {
    shapeError(
      `expected ${xs.length} residuals on the way down, got ${ys.length}`,
      "take a ControlNet of the same family",
    );
  }
  return xs.map((x, i) => add(x, itemAt(ys, i)));
}

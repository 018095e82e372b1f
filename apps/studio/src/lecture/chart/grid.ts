/** Half the side of the plane that is shown. */
export const REACH = 3;

/** Centers of a grid's cells, rows of [x, y] from the top. */
export function gridPoints(side: number): Float64Array {
  const at = (i: number) => -REACH + ((i + 0.5) / side) * 2 * REACH;
  return Float64Array.from({ length: 2 * side * side }, (_, k) => {
    const cell = Math.floor(k / 2);
    return k % 2 === 0 ? at(cell % side) : -at(Math.floor(cell / side));
  });
}

/** A density on a square grid over the plane, rows from the top. */
export interface DensityGrid {
  readonly side: number;
  /** 0 .. 1 */
  readonly values: ArrayLike<number>;
}

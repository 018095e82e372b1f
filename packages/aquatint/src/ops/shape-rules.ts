import { shapeError } from "../graph/op.ts";
import type { DType, Shape, Type } from "../graph/types.ts";

/** The shape that both broadcast to (numpy's rule). */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a.at(i - rank) ?? 1, b.at(i - rank) ?? 1];
    if (p !== q && p !== 1 && q !== 1)
      shapeError(`cannot broadcast [${a}] with [${b}]`, `axis ${i}: ${p} against ${q}`);
    return p === 1 ? q : p;
  });
}

/** The size of an axis, which counts from the back where it is negative. @throws ShapeError where there is none. */
export const sizeAt = (shape: Shape, axis: number): number =>
  shape.at(axis) ?? shapeError(`axis ${axis} is not one of the ${shape.length} axes`);

/** The type of an elementwise op of two tensors of one element type. */
export function broadcast(a: Type, b: Type): Type {
  if (a.dtype !== b.dtype) shapeError(`both operands must have one element type`, `convert one of them with cast()`);
  return { dtype: a.dtype, shape: broadcastShapes(a.shape, b.shape) };
}

/** Refuses a tensor whose element type is none of `allowed`. */
export function expectDtype(x: Type, ...allowed: readonly DType[]): void {
  if (!allowed.includes(x.dtype)) shapeError(`expected ${allowed.join(" or ")}, got ${x.dtype}`);
}

/** The type of an elementwise op of one float32 tensor: its own. */
export function floatOf(x: Type): Type {
  expectDtype(x, "float32");
  return x;
}

/** Refuses a tensor that has not `rank` axes. */
export function expectRank(x: Type, rank: number, axes: string): void {
  if (x.shape.length !== rank) shapeError(`expected ${rank} axes (${axes}), got [${x.shape}]`);
}

/** An axis counted from the front; negative ones count from the back. */
export function axisOf(axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(index) || index < 0 || index >= rank) shapeError(`axis ${axis} is not one of the ${rank} axes`);
  return index;
}

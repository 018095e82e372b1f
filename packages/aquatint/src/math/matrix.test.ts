import { expect, test } from "vitest";
import { addOuter, columnOf, diagonalOf, entryAt, matrixProduct, transposed, zeroMatrix } from "./matrix.ts";
import { addScaled, dot, squaredDistance } from "./vector.ts";

const a = [Float64Array.of(1, 2), Float64Array.of(3, 4)];

test("a matrix is read by entry, column and diagonal", () => {
  expect(entryAt(a, 1, 0)).toBe(3);
  expect(columnOf(a, 1)).toEqual(Float64Array.of(2, 4));
  expect(diagonalOf(a)).toEqual(Float64Array.of(1, 4));
  expect(transposed(a)).toEqual([Float64Array.of(1, 3), Float64Array.of(2, 4)]);
  expect(() => entryAt(a, 0, 2)).toThrow("a list of 2 items has no item 2");
});

test("products of matrices and vectors are those of linear algebra", () => {
  expect(matrixProduct(a, [Float64Array.of(1, 0, 2), Float64Array.of(0, 1, 3)])).toEqual([
    Float64Array.of(1, 2, 8),
    Float64Array.of(3, 4, 18),
  ]);
  const sum = zeroMatrix(2, 3);
  addOuter(sum, Float64Array.of(1, 2), Float64Array.of(3, 4, 5));
  addOuter(sum, Float64Array.of(0, 1), Float64Array.of(1, 1, 1));
  expect(sum).toEqual([Float64Array.of(3, 4, 5), Float64Array.of(7, 9, 11)]);
  expect(dot([1, 2, 3], [4, 5, 6])).toBe(32);
  expect(squaredDistance([1, 2, 3], [4, 6, 3])).toBe(25);
  const target = Float64Array.of(1, 1);
  addScaled(target, 2, [3, 4]);
  expect(target).toEqual(Float64Array.of(7, 9));
});

import { expect, test } from "vitest";
import { normalPair, normalsFromUniforms } from "./box-muller.ts";

const SMALLEST = 2 ** -24;

for (const Numbers of [Float32Array, Float64Array]) {
  test(`uniforms at the ends of their range give finite normals (${Numbers.name})`, () => {
    for (const u of [0, SMALLEST, 0.5, 1 - SMALLEST]) {
      const radius = Math.sqrt(-2 * Math.log1p(-u));
      for (const turn of [0, SMALLEST, 0.25, 0.5, 1 - SMALLEST]) {
        const normals = normalsFromUniforms(new Numbers(16), (part) => {
          for (const i of part.keys()) part[i] = i < 8 ? u : turn;
        });
        expect(Math.abs(normals[0]! - radius * Math.cos(2 * Math.PI * turn))).toBeLessThan(2e-6);
        expect(Math.abs(normals[8]! - radius * Math.sin(2 * Math.PI * turn))).toBeLessThan(2e-6);
      }
    }
  });
}

test("a pair of normals is finite where a uniform is 0", () => {
  expect(normalPair(0, 0)).toEqual([0, 0]);
});
